// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.daemon;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.library.dependencies.SlicesRuleDefinition;

/** The arrows between the modules, as docs/ARCHITECTURE.md draws them. */
@AnalyzeClasses(packages = "io.github.mailstay", importOptions = ImportOption.DoNotIncludeTests.class)
class ArrowsTest {
    private static final String ROOT = "io.github.mailstay.";
    private static final String[] CORE = {ROOT + "policy..", ROOT + "postfix..", ROOT + "net.."};

    @ArchTest
    static final ArchRule core_knows_nobody = noClasses()
            .that()
            .resideInAnyPackage(CORE)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(ROOT + "greylist..", ROOT + "rbl..", ROOT + "testkit..", ROOT + "daemon..");

    @ArchTest
    static final ArchRule greylist_and_rbl_do_not_know_each_other = noClasses()
            .that()
            .resideInAPackage(ROOT + "greylist..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(ROOT + "rbl..", ROOT + "testkit..", ROOT + "daemon..");

    @ArchTest
    static final ArchRule rbl_knows_only_core = noClasses()
            .that()
            .resideInAPackage(ROOT + "rbl..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(ROOT + "greylist..", ROOT + "testkit..", ROOT + "daemon..");

    @ArchTest
    static final ArchRule greylist_does_not_know_its_engines = noClasses()
            .that()
            .resideInAnyPackage(ROOT + "greylist", ROOT + "greylist.store", ROOT + "greylist.list")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    ROOT + "greylist.sqlite..",
                    ROOT + "greylist.redis..",
                    ROOT + "greylist.jdbc..",
                    "java.sql..",
                    "io.lettuce..");

    @ArchTest
    static final ArchRule decisions_have_no_socket = noClasses()
            .that()
            .resideInAPackage(ROOT + "policy..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("java.nio.channels..", ROOT + "postfix..");

    @ArchTest
    static final ArchRule packages_of_core_have_no_cycle = SlicesRuleDefinition.slices()
            .matching(ROOT + "(policy|postfix|net)..")
            .should()
            .beFreeOfCycles();
}
