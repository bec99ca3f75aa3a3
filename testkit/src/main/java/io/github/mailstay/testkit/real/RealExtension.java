// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.testkit.real;

import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.platform.commons.support.AnnotationSupport;

/** What {@link Real} does: decides whether a test can run here, and hands it its servers. Stateless. */
final class RealExtension implements ExecutionCondition, ParameterResolver {
    static final String PARAMETER = "mailstay.real";
    private static final String VARIABLE = "MAILSTAY_REAL";
    private static final String REQUIRED = "required";
    private static final String OPTIONAL = "optional";

    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
        Optional<Real> real = AnnotationSupport.findAnnotation(context.getElement(), Real.class);
        if (real.isEmpty()) {
            return ConditionEvaluationResult.enabled("asks for nothing of its own");
        }
        String wish = context.getConfigurationParameter(PARAMETER)
                .or(() -> Optional.ofNullable(System.getenv(VARIABLE)))
                .orElse(OPTIONAL);
        return decide(missing(real.get().value()), isRequired(wish));
    }

    /** As a {@link Real} test is decided on, where there is no JUnit configuration: why it is skipped, if it is. */
    static Optional<String> reasonToSkip(String... needs) {
        String wish = Optional.ofNullable(System.getProperty(PARAMETER))
                .or(() -> Optional.ofNullable(System.getenv(VARIABLE)))
                .orElse(OPTIONAL);
        ConditionEvaluationResult decision = decide(missing(needs), isRequired(wish));
        return decision.isDisabled() ? decision.getReason() : Optional.empty();
    }

    private static String missing(String... needs) {
        return Stream.of(needs)
                .flatMap(name -> RealComponent.named(name).missing().stream())
                .collect(Collectors.joining("; "));
    }

    /** What a wish says. A mistyped one must not make a build green that has tested nothing. */
    static boolean isRequired(String wish) {
        return switch (wish) {
            case REQUIRED -> true;
            case OPTIONAL, "" -> false;
            default ->
                throw new IllegalArgumentException(
                        VARIABLE + " must be " + REQUIRED + " or " + OPTIONAL + ", not '" + wish + "'");
        };
    }

    /** Enabled if nothing is missing; else disabled, or a failure where it is required. */
    static ConditionEvaluationResult decide(String missing, boolean isRequired) {
        if (missing.isEmpty()) {
            return ConditionEvaluationResult.enabled("all it needs is here");
        }
        if (isRequired) {
            throw new RealServerException("missing, though " + VARIABLE + "=" + REQUIRED + ": " + missing);
        }
        return ConditionEvaluationResult.disabled("missing on this machine: " + missing);
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == RealServers.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        return new RealServers(context);
    }
}
