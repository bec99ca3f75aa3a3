// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.rbl.dns;

import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.xbill.DNS.ARecord;
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

/** Reads what a name server replied to a question for the A records of a name. Pure; total. */
final class MessageReader {
    static final DnsAnswer.Failed BAD_ANSWER = new DnsAnswer.Failed("bad-answer");
    static final DnsAnswer.Failed TRUNCATED = new DnsAnswer.Failed("truncated");

    /** Aliases followed in one answer; a list has one at most. */
    private static final int MAX_ALIASES = 8;

    private MessageReader() {}

    static DnsAnswer read(Message query, Message reply) {
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
            case Rcode.NOERROR -> answers(query.getQuestion().getName(), reply);
            case Rcode.NXDOMAIN -> new DnsAnswer.None(negativeTtl(reply));
            default -> new DnsAnswer.Failed(word(header.getRcode()));
        };
    }

    private static DnsAnswer answers(Name asked, Message reply) {
        List<Record> answer = reply.getSection(Section.ANSWER);
        Name name = asked;
        long ttl = Integer.MAX_VALUE;
        for (int i = 0; i <= MAX_ALIASES; i++) {
            List<InetAddress> addresses = new ArrayList<>();
            CNAMERecord alias = null;
            for (Record found : answer) {
                if (found.getDClass() != DClass.IN || !found.getName().equals(name)) {
                    continue;
                }
                if (found instanceof ARecord a) {
                    addresses.add(a.getAddress());
                    ttl = Math.min(ttl, a.getTTL());
                } else if (found instanceof CNAMERecord cname) {
                    alias = cname;
                }
            }
            if (!addresses.isEmpty()) {
                return new DnsAnswer.Addresses(addresses, Duration.ofSeconds(ttl));
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
    private static DnsAnswer nothing(Message reply) {
        List<Record> authority = reply.getSection(Section.AUTHORITY);
        boolean referral = authority.stream().anyMatch(found -> found.getType() == Type.NS)
                && authority.stream().noneMatch(found -> found.getType() == Type.SOA);
        return referral ? new DnsAnswer.Failed("referral") : new DnsAnswer.None(negativeTtl(reply));
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
