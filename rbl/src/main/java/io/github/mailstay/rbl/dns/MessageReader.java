// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.rbl.dns;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.xbill.DNS.CNAMERecord;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Header;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Opcode;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.SOARecord;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

/** Reads what a name server replied to a question for the records of a name. Pure; total. */
final class MessageReader {
    static final Reply.Failed BAD_ANSWER = new Reply.Failed("bad-answer");
    static final Reply.Failed TRUNCATED = new Reply.Failed("truncated");

    /** Aliases followed in one answer; a list has one at most. */
    private static final int MAX_ALIASES = 8;

    private MessageReader() {}

    static Reply read(Message query, Message reply) {
        Header header = reply.getHeader();
        // Id, name, type and class are compared by RFC 5452 section 9.1; QR too, since a port that merely echoes would
        // otherwise be a name server for which every client is clean.
        if (header.getID() != query.getHeader().getID()
                || !header.getFlag(Flags.QR)
                || header.getOpcode() != Opcode.QUERY
                || reply.getSection(Section.QUESTION).size() != 1
                || !query.getQuestion().equals(reply.getQuestion())) {
            return BAD_ANSWER;
        }
        if (header.getFlag(Flags.TC)) {
            return TRUNCATED;
        }
        return switch (header.getRcode()) {
            case Rcode.NOERROR -> answers(query.getQuestion(), reply);
            case Rcode.NXDOMAIN -> new Reply.None(negativeTtl(reply));
            default -> new Reply.Failed(word(header.getRcode()));
        };
    }

    private static Reply answers(Record asked, Message reply) {
        List<Record> answer = reply.getSection(Section.ANSWER);
        Name name = asked.getName();
        long ttl = Integer.MAX_VALUE;
        for (int i = 0; i <= MAX_ALIASES; i++) {
            List<Record> records = new ArrayList<>();
            CNAMERecord alias = null;
            for (Record found : answer) {
                if (found.getDClass() != DClass.IN || !found.getName().equals(name)) {
                    continue;
                }
                if (found.getType() == asked.getType()) {
                    records.add(found);
                    ttl = Math.min(ttl, found.getTTL());
                } else if (found instanceof CNAMERecord cname) {
                    alias = cname;
                }
            }
            if (!records.isEmpty()) {
                return new Reply.Records(records, Duration.ofSeconds(ttl));
            }
            if (alias == null) {
                return nothing(reply);
            }
            name = alias.getTarget();
            ttl = Math.min(ttl, alias.getTTL());
        }
        return BAD_ANSWER;
    }

    /** No data; unless the server only says whom to ask instead (RFC 2308 section 2.2): NS records and no SOA. */
    private static Reply nothing(Message reply) {
        List<Record> authority = reply.getSection(Section.AUTHORITY);
        boolean referral = authority.stream().anyMatch(found -> found.getType() == Type.NS)
                && authority.stream().noneMatch(found -> found.getType() == Type.SOA);
        return referral ? new Reply.Failed("referral") : new Reply.None(negativeTtl(reply));
    }

    private static Duration negativeTtl(Message reply) {
        for (Record found : reply.getSection(Section.AUTHORITY)) {
            if (found instanceof SOARecord soa) {
                return Duration.ofSeconds(Math.min(soa.getTTL(), soa.getMinimum()));
            }
        }
        return Duration.ZERO;
    }

    private static String word(int rcode) {
        return switch (rcode) {
            case Rcode.FORMERR -> "formerr";
            case Rcode.SERVFAIL -> "servfail";
            case Rcode.NOTIMP -> "notimp";
            case Rcode.REFUSED -> "refused";
            default -> "rcode-" + rcode;
        };
    }
}
