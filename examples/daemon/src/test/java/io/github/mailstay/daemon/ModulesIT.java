// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.module.Configuration;
import java.lang.module.ModuleFinder;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The packaged jars are real modules that resolve together. */
class ModulesIT {
    private static final Set<String> OURS = Set.of(
            "io.github.mailstay.core",
            "io.github.mailstay.greylist",
            "io.github.mailstay.rbl",
            "io.github.mailstay.greylist.sqlite",
            "io.github.mailstay.greylist.redis",
            "io.github.mailstay.greylist.jdbc");

    @Test
    void the_libraries_resolve_on_the_module_path() {
        ModuleFinder finder = ModuleFinder.of(Path.of("target/lib"));
        Configuration resolved =
                Configuration.resolve(finder, List.of(ModuleLayer.boot().configuration()), ModuleFinder.of(), OURS);
        for (String name : OURS) {
            assertThat(finder.find(name).orElseThrow().descriptor().isAutomatic())
                    .as(name)
                    .isFalse();
            assertThat(resolved.findModule(name)).isPresent();
        }
    }
}
