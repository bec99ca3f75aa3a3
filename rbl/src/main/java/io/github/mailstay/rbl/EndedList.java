// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.rbl;

/**
 * A list that is no more. Who still asks it is told "not listed" at best, and "everybody is listed" at worst. Immutable.
 *
 * @param name of the list
 * @param zone in which it was, with all below
 * @param date when it ended: a year, a month or a day
 * @param what became of it, for people
 */
public record EndedList(String name, String zone, String date, String what) {}
