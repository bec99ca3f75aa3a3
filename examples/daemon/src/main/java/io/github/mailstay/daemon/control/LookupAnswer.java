// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.daemon.control;

import io.github.mailstay.rbl.RblQuery;
import io.github.mailstay.rbl.RblReport;
import io.github.mailstay.rbl.health.ListHealth;
import java.util.Map;

/** What the lists say of one address or domain. Immutable. */
record LookupAnswer(RblQuery query, RblReport report, Map<String, String> reasons, Map<String, ListHealth> health) {}
