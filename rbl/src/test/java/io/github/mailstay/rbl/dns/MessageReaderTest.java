// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.rbl.dns;

import static io.github.mailstay.rbl.TestAddresses.address;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.xbill.DNS.ARecord;
import org.xbill.DNS.CNAMERecord;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.NSRecord;
import org.xbill.DNS.Name;
import org.xbill.DNS.Opcode;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.SOARecord;
import org.xbill.DNS.Section;
import org.xbill.DNS.TXTRecord;
import org.xbill.DNS.TextParseException;
import org.xbill.DNS.Type;

class MessageReaderTest {
    private static final Name ASKED = name("2.0.0.127.bl.test.");
    private static final Name ZONE = name("bl.test.");
    private static final Message QUERY = Message.newQuery(Record.newRecord(ASKED, Type.A, DClass.IN));

    private final Message reply = reply();

    @Test
    void allAddressesOfTheNameAndTheLeastOfTheirTtls() {
        reply.addRecord(a(ASKED, 300, "127.0.0.2"), Section.ANSWER);
        reply.addRecord(a(ASKED, 60, "127.0.0.4"), Section.ANSWER);
        reply.addRecord(a(name("elsewhere.test."), 1, "127.0.0.9"), Section.ANSWER);
        reply.addRecord(a(ASKED, 1, "127.0.0.10"), Section.ADDITIONAL);

        assertThat(read())
                .isEqualTo(new DnsAnswer.Addresses(
                        List.of(address("127.0.0.2"), address("127.0.0.4")), Duration.ofSeconds(60)));
    }

    @Test
    void theNameMayComeInAnotherCase() {
        reply.addRecord(a(name("2.0.0.127.BL.test."), 60, "127.0.0.2"), Section.ANSWER);

        assertThat(read()).isInstanceOf(DnsAnswer.Addresses.class);
    }

    @Test
    void anAliasIsFollowed() {
        reply.addRecord(a(name("b.test."), 300, "127.0.0.2"), Section.ANSWER);
        reply.addRecord(alias(name("a.test."), name("b.test.")), Section.ANSWER);
        reply.addRecord(alias(ASKED, name("a.test.")), Section.ANSWER);

        assertThat(read()).isEqualTo(new DnsAnswer.Addresses(List.of(address("127.0.0.2")), Duration.ofSeconds(30)));
    }

    @Test
    void onlyRecordsOfTheTypeAskedForAreAnAnswer() {
        Record text = new TXTRecord(ASKED, DClass.IN, 10, "why");
        reply.addRecord(text, Section.ANSWER);
        assertThat(read()).isEqualTo(new DnsAnswer.None(Duration.ZERO));

        reply.addRecord(a(ASKED, 60, "127.0.0.2"), Section.ANSWER);
        assertThat(read()).isEqualTo(new DnsAnswer.Addresses(List.of(address("127.0.0.2")), Duration.ofSeconds(60)));

        Message query = Message.newQuery(Record.newRecord(ASKED, Type.TXT, DClass.IN));
        reply.getHeader().setID(query.getHeader().getID());
        reply.removeAllRecords(Section.QUESTION);
        reply.addRecord(query.getQuestion(), Section.QUESTION);
        assertThat(MessageReader.read(query, reply))
                .isEqualTo(new Reply.Records(List.of(text), Duration.ofSeconds(10)));
    }

    @Test
    void aliasesInACircleAreNoAnswer() {
        reply.addRecord(alias(ASKED, name("a.test.")), Section.ANSWER);
        reply.addRecord(alias(name("a.test."), ASKED), Section.ANSWER);

        assertThat(read()).isEqualTo(new DnsAnswer.Failed("bad-answer"));
    }

    @Test
    void noSuchNameKeepsAsLongAsItsSoaSays() {
        reply.getHeader().setRcode(Rcode.NXDOMAIN);
        assertThat(read()).isEqualTo(new DnsAnswer.None(Duration.ZERO));

        reply.addRecord(soa(3600, 60), Section.AUTHORITY);
        assertThat(read()).isEqualTo(new DnsAnswer.None(Duration.ofSeconds(60)));
        reply.removeAllRecords(Section.AUTHORITY);
        reply.addRecord(soa(30, 60), Section.AUTHORITY);
        assertThat(read()).isEqualTo(new DnsAnswer.None(Duration.ofSeconds(30)));
    }

    @Test
    void noDataIsNoneButAReferralIsNoAnswer() {
        assertThat(read()).isEqualTo(new DnsAnswer.None(Duration.ZERO));

        reply.addRecord(new NSRecord(ZONE, DClass.IN, 60, name("ns.test.")), Section.AUTHORITY);
        assertThat(read()).isEqualTo(new DnsAnswer.Failed("referral"));

        reply.addRecord(soa(60, 60), Section.AUTHORITY);
        assertThat(read()).isEqualTo(new DnsAnswer.None(Duration.ofSeconds(60)));
    }

    @ParameterizedTest
    @CsvSource({"1, formerr", "2, servfail", "4, notimp", "5, refused", "9, rcode-9", "15, rcode-15"})
    void anErrorIsAFailure(int rcode, String why) {
        reply.addRecord(a(ASKED, 60, "127.0.0.2"), Section.ANSWER);
        reply.getHeader().setRcode(rcode);

        assertThat(read()).isEqualTo(new DnsAnswer.Failed(why));
    }

    @Test
    void whatIsCutIsTruncatedWhateverItHolds() {
        reply.addRecord(a(ASKED, 60, "127.0.0.2"), Section.ANSWER);
        reply.getHeader().setFlag(Flags.TC);

        assertThat(read()).isEqualTo(new DnsAnswer.Failed("truncated"));
    }

    @Test
    void anEchoIsNoAnswer() {
        assertThat(MessageReader.read(QUERY, QUERY)).isEqualTo(MessageReader.BAD_ANSWER);
    }

    @Test
    void anotherIdQuestionOrOpcodeIsNoAnswer() {
        Message id = reply();
        id.getHeader().setID(QUERY.getHeader().getID() ^ 1);
        assertThat(MessageReader.read(QUERY, id)).isEqualTo(MessageReader.BAD_ANSWER);

        Message opcode = reply();
        opcode.getHeader().setOpcode(Opcode.NOTIFY);
        assertThat(MessageReader.read(QUERY, opcode)).isEqualTo(MessageReader.BAD_ANSWER);

        Message none = reply();
        none.removeAllRecords(Section.QUESTION);
        assertThat(MessageReader.read(QUERY, none)).isEqualTo(MessageReader.BAD_ANSWER);

        for (Record other : List.of(
                Record.newRecord(ZONE, Type.A, DClass.IN),
                Record.newRecord(ASKED, Type.TXT, DClass.IN),
                Record.newRecord(ASKED, Type.A, DClass.CH))) {
            Message question = reply();
            question.removeAllRecords(Section.QUESTION);
            question.addRecord(other, Section.QUESTION);
            assertThat(MessageReader.read(QUERY, question)).isEqualTo(MessageReader.BAD_ANSWER);
        }
    }

    /** Whatever dnsjava can parse has an answer; cut and mutated. */
    @Property
    void everyMessageHasAnAnswer(@ForAll Random random) {
        Message good = reply();
        good.addRecord(alias(ASKED, name("a.test.")), Section.ANSWER);
        good.addRecord(a(name("a.test."), 60, "127.0.0.2"), Section.ANSWER);
        good.addRecord(soa(60, 60), Section.AUTHORITY);
        byte[] bytes = good.toWire();
        for (int i = random.nextInt(4); i > 0; i--) {
            bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
        }
        bytes = random.nextInt(4) == 0 ? Arrays.copyOf(bytes, random.nextInt(bytes.length)) : bytes;
        Message mutated;
        try {
            mutated = new Message(bytes);
        } catch (IOException e) {
            return; // what is no message never comes to the reader
        }
        Reply read = MessageReader.read(QUERY, mutated);
        assertThat(read.toAnswer()).isNotNull();
        assertThat(read.toReason()).isEmpty();
    }

    private DnsAnswer read() {
        return MessageReader.read(QUERY, reply).toAnswer();
    }

    private static Message reply() {
        Message reply = new Message(QUERY.getHeader().getID());
        reply.getHeader().setFlag(Flags.QR);
        reply.addRecord(QUERY.getQuestion(), Section.QUESTION);
        return reply;
    }

    private static Record a(Name owner, long ttl, String address) {
        return new ARecord(owner, DClass.IN, ttl, address(address));
    }

    private static Record alias(Name owner, Name target) {
        return new CNAMERecord(owner, DClass.IN, 30, target);
    }

    private static Record soa(long ttl, long minimum) {
        return new SOARecord(ZONE, DClass.IN, ttl, name("ns.test."), name("h.test."), 1, 600, 300, 3600, minimum);
    }

    private static Name name(String text) {
        try {
            return Name.fromString(text);
        } catch (TextParseException e) {
            throw new IllegalArgumentException(e);
        }
    }
}
