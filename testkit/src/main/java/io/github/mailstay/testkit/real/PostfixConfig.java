// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.testkit.real;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** The configuration of a private Postfix as text. Pure. Source: postconf(5), master(5). */
final class PostfixConfig {
    /** The lists of restrictions in which a policy server can be asked, by the state they belong to. */
    static final List<String> STATES = List.of("client", "helo", "sender", "relay", "recipient", "data", "end_of_data");

    private static final String LOOPBACK = "127.0.0.0/8 [::1]/128";

    private PostfixConfig() {}

    /**
     * main.cf.
     *
     * @param work the work directory
     * @param sinkPort where all mail goes
     * @param policies the endpoints to ask in each state
     * @param settings go before everything else
     */
    static String mainCf(String work, int sinkPort, Map<String, List<String>> policies, Map<String, String> settings) {
        Map<String, String> all = new LinkedHashMap<>();
        String transport = "smtp:[127.0.0.1]:" + sinkPort;
        all.put("compatibility_level", "3.6");
        all.put("queue_directory", work + "/queue");
        all.put("data_directory", work + "/data");
        all.put("command_directory", "/usr/sbin");
        all.put("daemon_directory", PostfixServer.DAEMONS);
        all.put("meta_directory", "/etc/postfix");
        all.put("mail_owner", "postfix");
        all.put("setgid_group", "postdrop");
        all.put("maillog_file", work + "/maillog");
        all.put("maillog_file_prefixes", work);
        all.put("myhostname", "mx." + PostfixServer.DOMAIN);
        all.put("mydestination", "");
        all.put("relay_domains", PostfixServer.DOMAIN);
        all.put("relay_transport", transport);
        all.put("default_transport", transport);
        all.put("local_transport", "error:no local delivery here");
        all.put("alias_maps", "");
        all.put("local_recipient_maps", "");
        all.put("inet_interfaces", "loopback-only");
        all.put("inet_protocols", "all");
        all.put("mynetworks", LOOPBACK);
        all.put("smtpd_authorized_xclient_hosts", LOOPBACK);
        // No query leaves this machine.
        all.put("smtpd_peername_lookup", "no");
        all.put("smtp_dns_support_level", "disabled");
        all.put("smtp_tls_security_level", "none");
        for (String state : STATES) {
            List<String> restrictions = new ArrayList<>();
            policies.getOrDefault(state, List.of()).forEach(it -> restrictions.add("check_policy_service " + it));
            if (state.equals("relay")) {
                restrictions.addAll(List.of("permit_sasl_authenticated", "reject_unauth_destination"));
            }
            all.put("smtpd_" + state + "_restrictions", String.join(", ", restrictions));
        }
        all.putAll(settings);
        return all.entrySet().stream()
                .map(it -> it.getKey() + " = " + it.getValue() + "\n")
                .collect(Collectors.joining());
    }

    /** master.cf: one smtpd on a loopback port, and the services it and the queue need; nothing in a chroot. */
    static String masterCf(int port) {
        return "127.0.0.1:" + port + " inet n - n - - smtpd\n" + """
                pickup    unix n - n 60 1 pickup
                cleanup   unix n - n - 0 cleanup
                qmgr      unix n - n 300 1 qmgr
                tlsmgr    unix - - n 1000? 1 tlsmgr
                rewrite   unix - - n - - trivial-rewrite
                bounce    unix - - n - 0 bounce
                defer     unix - - n - 0 bounce
                trace     unix - - n - 0 bounce
                verify    unix - - n - 1 verify
                flush     unix n - n 1000? 0 flush
                proxymap  unix - - n - - proxymap
                proxywrite unix - - n - 1 proxymap
                smtp      unix - - n - - smtp
                relay     unix - - n - - smtp
                lmtp      unix - - n - - lmtp
                showq     unix n - n - - showq
                error     unix - - n - - error
                retry     unix - - n - - error
                discard   unix - - n - - discard
                anvil     unix - - n - 1 anvil
                scache    unix - - n - 1 scache
                postlog   unix-dgram n - n - 1 postlogd
                """;
    }
}
