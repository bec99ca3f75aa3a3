// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.daemon;

import io.github.mailstay.daemon.config.Settings;
import io.github.mailstay.greylist.Greylist;
import io.github.mailstay.greylist.GreylistBuilder;
import io.github.mailstay.greylist.GreylistKeys;
import io.github.mailstay.greylist.store.GreylistStore;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.InstantSource;

/** Puts the greylist together as {@link Settings} say. Stateless. */
final class GreylistFactory {
    private GreylistFactory() {}

    static Greylist greylist(Settings.Greylisting settings, GreylistStore store, GreylistKeys keys) {
        GreylistBuilder builder = Greylist.builder(store, keys)
                .clock(InstantSource.system())
                .delays(settings.delays())
                .retryWindow(settings.retryWindow())
                .lifetime(settings.lifetime())
                .suspiciousOnly(settings.mode() == Settings.Mode.SUSPICIOUS)
                .identity(settings.client())
                .trustAfter(settings.trust().after())
                .demoteAt(settings.trust().demoteAt())
                .throttle(settings.limits().throttle(), settings.limits().throttlePeriod())
                .ceiling(settings.limits().ceiling(), settings.limits().ceilingTries())
                .nullSenderAtData(settings.nullSenderAtData())
                .reply(settings.replyCode(), settings.reply())
                .host(hostName())
                .listener(new GreylistAlarms());
        settings.exemptions().forEach(builder::exempt);
        return builder.build();
    }

    private static String hostName() {
        try {
            String name = InetAddress.getLocalHost().getHostName();
            return name.matches("[A-Za-z0-9.-]{1,64}") ? name : "";
        } catch (UnknownHostException e) {
            return "";
        }
    }
}
