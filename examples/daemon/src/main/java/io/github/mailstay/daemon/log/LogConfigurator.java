// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.daemon.log;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.ConfiguratorRank;
import ch.qos.logback.core.spi.ContextAwareBase;

/** Sets logback up in code: an XML file would cost a tenth of a second at each start. Found by ServiceLoader. */
@ConfiguratorRank(ConfiguratorRank.CUSTOM_TOP_PRIORITY)
public final class LogConfigurator extends ContextAwareBase implements Configurator {
    private static final String PATTERN = "%d{yyyy-MM-dd'T'HH:mm:ss.SSSXXX} %-5level %msg%n";

    /** For the ServiceLoader. */
    public LogConfigurator() {}

    @Override
    public ExecutionStatus configure(LoggerContext context) {
        PatternLayoutEncoder encoder = new PatternLayoutEncoder();
        encoder.setContext(context);
        encoder.setPattern(PATTERN);
        encoder.start();
        StderrAppender appender = new StderrAppender();
        appender.setContext(context);
        appender.setName("stderr");
        appender.setEncoder(encoder);
        appender.start();
        context.getLogger("ROOT").addAppender(appender);
        context.getLogger("ROOT").setLevel(Level.INFO);
        // dnsjava tells at INFO and WARN of what is an ordinary answer here.
        context.getLogger("org.xbill.DNS").setLevel(Level.ERROR);
        return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
    }

    /** Turns the log off but for errors: for commands whose output a person or a program reads. */
    public static void quiet() {
        context().getLogger("ROOT").setLevel(Level.ERROR);
    }

    /** Writes out what is still buffered. */
    public static void flush() {
        if (context().getLogger("ROOT").getAppender("stderr") instanceof StderrAppender appender) {
            appender.flush();
        }
    }

    private static LoggerContext context() {
        return (LoggerContext) org.slf4j.LoggerFactory.getILoggerFactory();
    }
}
