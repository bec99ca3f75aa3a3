// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.rbl;

import io.github.mailstay.net.IpAddresses;
import io.github.mailstay.rbl.dns.DnsAnswer;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Tells what an answer of the DNS says about a client. Pure; total: every answer has exactly one result, whatever the
 * order of its addresses.
 *
 * <p>A list says "listed" with an address in 127.0.0.0/8 (RFC 5782 section 2.1). Anything outside is a parked domain or
 * a resolver that rewrites answers. 127.255.0.0/16 are error codes (Spamhaus: 127.255.255.252 typing error in the zone
 * name, .254 asked through a public resolver, .255 too many queries). 127.0.0.1 is how lists that shut down or block
 * somebody answer (RFC 5782 section 5 says it must not be listed), 127.0.0.255 is DNSWL's way to refuse, 127.0.1.255
 * Spamhaus DBL's for being asked for an address; these three count only for a list one of whose codes asks for them. A list may have error
 * codes of its own.
 */
final class ReplyClassifier {
    /** Lists with sub-lists give one address for each; nobody has this many. */
    private static final int MAX_ADDRESSES = 64;

    private static final Set<String> SUSPICIOUS = Set.of("127.0.0.1", "127.0.0.255", "127.0.1.255");

    private ReplyClassifier() {}

    static ListResult classify(DnsAnswer answer, List<ListCode> codes, List<ListError> errors) {
        if (answer instanceof DnsAnswer.Addresses addresses) {
            return classify(addresses.addresses(), codes, errors);
        }
        if (answer instanceof DnsAnswer.Failed failed) {
            return new ListResult.Unknown(failed.why());
        }
        return ListResult.CLEAN;
    }

    private static ListResult classify(List<InetAddress> answer, List<ListCode> codes, List<ListError> errors) {
        if (answer.size() > MAX_ADDRESSES) {
            return new ListResult.Unknown("too-many-addresses");
        }
        List<InetAddress> addresses = answer.stream()
                .distinct()
                .sorted((a, b) -> Arrays.compareUnsigned(a.getAddress(), b.getAddress()))
                .toList();
        // One address that is no listing makes the others untrue as well: all are looked at before any counts.
        for (InetAddress address : addresses) {
            byte[] octets = address.getAddress();
            if (octets.length != 4 || octets[0] != 127) {
                return new ListResult.Unknown("foreign-address:" + IpAddresses.text(address));
            }
            if ((octets[1] & 0xff) == 255
                    || errors.stream().anyMatch(error -> error.filter().matches(address))
                    || (SUSPICIOUS.contains(IpAddresses.text(address))
                            && codes.stream().noneMatch(code -> code.filter().names(address)))) {
                return new ListResult.Unknown("error-code:" + IpAddresses.text(address));
            }
        }
        List<String> listings = addresses.stream()
                .filter(address -> codes.stream().anyMatch(code -> code.filter().matches(address)))
                .map(IpAddresses::text)
                .toList();
        // Each code counts once, however many addresses it asks for.
        List<ListCode> hits = codes.stream()
                .filter(code -> addresses.stream().anyMatch(code.filter()::matches))
                .toList();
        return listings.isEmpty() ? ListResult.CLEAN : new ListResult.Listed(listings, hits);
    }

    /**
     * What one list knows that was asked in several ways: what any of them found; else whether one cannot tell, or was not
     * waited for.
     */
    static ListResult merge(List<ListCode> codes, List<ListResult> results) {
        if (results.size() == 1) {
            return results.get(0); // nearly always, and for each list at each answer
        }
        List<ListResult.Listed> listed = every(ListResult.Listed.class, results);
        if (!listed.isEmpty()) {
            return new ListResult.Listed(
                    listed.stream()
                            .flatMap(one -> one.codes().stream())
                            .distinct()
                            .toList(),
                    codes.stream()
                            .filter(code ->
                                    listed.stream().anyMatch(one -> one.hits().contains(code)))
                            .toList());
        }
        return Stream.of(ListResult.Unknown.class, ListResult.Unasked.class, ListResult.Clean.class)
                .flatMap(kind -> every(kind, results).stream())
                .findFirst()
                .<ListResult>map(found -> found)
                .orElse(new ListResult.Unasked("nothing-to-ask"));
    }

    private static <T extends ListResult> List<T> every(Class<T> kind, List<ListResult> results) {
        return results.stream().filter(kind::isInstance).map(kind::cast).toList();
    }
}
