// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.greylist.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.mailstay.greylist.store.StoreException;
import io.github.mailstay.testkit.real.LoopbackPorts;
import io.github.mailstay.testkit.real.Real;
import io.github.mailstay.testkit.real.RealServers;
import io.github.mailstay.testkit.real.RedisServer;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.Base64;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A server with TLS is trusted if the CA file vouches for it, and only then. */
@Real("redis")
class RedisTlsTest {
    private static final String PASSWORD = "changeit";

    @TempDir
    private Path directory;

    @Test
    void theCaFileVouchesForTheServer(RealServers servers) throws Exception {
        Path certificate = makeCertificate("server");
        int port = LoopbackPorts.freeTcp();
        servers.start(RedisServer.builder()
                .setting("tls-port", Integer.toString(port))
                .setting("tls-cert-file", certificate.toString())
                .setting("tls-key-file", directory.resolve("server.key").toString())
                .setting("tls-ca-cert-file", certificate.toString())
                .setting("tls-auth-clients", "no"));
        String address = "rediss://127.0.0.1:" + port;
        try (RedisGreylistStore store =
                Stores.builder(address).caFile(certificate).open()) {
            Stores.get(store.record(Stores.key(1), Stores.at(Stores.NOON)));
            assertThat(Stores.get(store.find(Stores.key(1)))).isPresent();
        }
        Path other = makeCertificate("other");
        assertThatThrownBy(() -> Stores.builder(address).caFile(other).open())
                .isInstanceOf(StoreException.class)
                .hasMessageContaining(address);
        assertThatThrownBy(() -> Stores.builder(address).open()).isInstanceOf(StoreException.class);
    }

    /** NAME.crt, and NAME.key beside it, both PEM. */
    private Path makeCertificate(String name) throws Exception {
        Path store = directory.resolve(name + ".p12");
        Process keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-alias",
                        name,
                        "-keyalg",
                        "EC",
                        "-dname",
                        "CN=" + name,
                        "-ext",
                        "SAN=ip:127.0.0.1",
                        "-storetype",
                        "PKCS12",
                        "-keystore",
                        store.toString(),
                        "-storepass",
                        PASSWORD)
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("keytool.log").toFile())
                .start();
        assertThat(keytool.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(keytool.exitValue())
                .as(Files.readString(directory.resolve("keytool.log")))
                .isZero();
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream file = Files.newInputStream(store)) {
            keys.load(file, PASSWORD.toCharArray());
        }
        write(
                name + ".key",
                "PRIVATE KEY",
                keys.getKey(name, PASSWORD.toCharArray()).getEncoded());
        return write(name + ".crt", "CERTIFICATE", keys.getCertificate(name).getEncoded());
    }

    private Path write(String file, String kind, byte[] content) throws Exception {
        String text = "-----BEGIN " + kind + "-----\n"
                + Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII))
                        .encodeToString(content)
                + "\n-----END " + kind + "-----\n";
        return Files.writeString(directory.resolve(file), text);
    }
}
