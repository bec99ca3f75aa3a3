// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.rbl.dns;

import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.xbill.DNS.ARecord;
import org.xbill.DNS.Record;
import org.xbill.DNS.TXTRecord;

/** What the resolvers had to say to a question for the records of a name, of whatever type. Immutable. */
sealed interface Reply {
    /**
     * There are such records.
     *
     * @param records one at least, all of the type asked for
     * @param ttl the least of theirs, and of the aliases' on the way
     */
    record Records(List<Record> records, Duration ttl) implements Reply {
        public Records {
            records = List.copyOf(records);
        }
    }

    /** There are none, as {@link DnsAnswer.None}. */
    record None(Duration ttl) implements Reply {}

    /** Nobody can tell, as {@link DnsAnswer.Failed}. */
    record Failed(String why) implements Reply {}

    /** As the answer to a question for A records. */
    default DnsAnswer toAnswer() {
        if (this instanceof Records found) {
            List<InetAddress> addresses = found.records.stream()
                    .filter(ARecord.class::isInstance)
                    .map(record -> ((ARecord) record).getAddress())
                    .toList();
            return new DnsAnswer.Addresses(addresses, found.ttl);
        }
        return this instanceof None none ? new DnsAnswer.None(none.ttl) : new DnsAnswer.Failed(((Failed) this).why);
    }

    /** As the answer to a question for TXT records; empty if there are none, or none with a text. */
    default Optional<String> toReason() {
        if (!(this instanceof Records found)) {
            return Optional.empty();
        }
        return ReasonText.of(found.records.stream()
                .filter(TXTRecord.class::isInstance)
                .map(record -> ((TXTRecord) record).getStringsAsByteArrays())
                .toList());
    }
}
