// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.greylist;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.mailstay.net.MailAddress;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The golden file: what each shape of a bounce address, and each plain address, is compared as. */
class BounceAddressesTest {
    private static final String FILE = "/greylist/bounce-addresses.txt";

    /** One line of the file that is no comment. */
    private record Line(int number, String original, String normalised, String comment) {}

    @Test
    void every_line_is_compared_as_it_says() throws IOException {
        List<String> wrong = new ArrayList<>();
        for (Line line : lines()) {
            String got = Normaliser.normalise(MailAddress.of(line.original)).toString();
            if (!got.equals(line.normalised)) {
                wrong.add("line " + line.number + " (" + line.comment + "): " + line.original + " is " + got + ", not "
                        + line.normalised);
            }
        }
        assertThat(wrong).isEmpty();
    }

    @Test
    void the_file_holds_what_it_is_for() throws IOException {
        List<Line> lines = lines();
        assertThat(lines).filteredOn(line -> !line.comment.equals("stays")).hasSizeGreaterThanOrEqualTo(70);
        assertThat(lines).filteredOn(line -> line.comment.equals("stays")).hasSizeGreaterThanOrEqualTo(25);
        assertThat(lines).extracting(Line::original).doesNotHaveDuplicates();
        assertThat(lines)
                .filteredOn(line -> line.comment.equals("stays"))
                .allMatch(line -> line.original.equals(line.normalised));
    }

    private static List<Line> lines() throws IOException {
        List<Line> lines = new ArrayList<>();
        try (BufferedReader in = new BufferedReader(
                new InputStreamReader(BounceAddressesTest.class.getResourceAsStream(FILE), StandardCharsets.UTF_8))) {
            int number = 0;
            for (String text = in.readLine(); text != null; text = in.readLine()) {
                number++;
                if (!text.startsWith("# ")) {
                    int first = text.indexOf('\t');
                    int second = text.indexOf('\t', first + 1);
                    assertThat(second).as("tabs in line " + number).isGreaterThan(first);
                    lines.add(new Line(
                            number,
                            text.substring(0, first),
                            text.substring(first + 1, second),
                            text.substring(second + 1)));
                }
            }
        }
        return lines;
    }
}
