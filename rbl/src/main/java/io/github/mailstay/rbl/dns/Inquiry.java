// SPDX-License-Identifier: Apache-2.0
package io.github.mailstay.rbl.dns;

import io.github.mailstay.policy.Deadline;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.xbill.DNS.Message;
import org.xbill.DNS.Record;

/**
 * One question on its way through the resolvers, until one has an answer or the time is over.
 *
 * <p>Each resolver gets a turn, a short one, since datagrams get lost. Then each that was silent gets another; these share
 * the rest evenly. One that fails is not asked again, and the next has its turn at once. Who is silent is still listened
 * to when his turn is over: the first answer counts.
 *
 * <p>Concurrency: all but {@link #answer} is touched on the {@link Worker} only.
 */
final class Inquiry {
    private static final int ROUNDS = 2;

    /** A resolver that has to ask others first may need longer: it is listened to all the same. */
    private static final Duration FIRST_TURN = Duration.ofMillis(300);

    private static final Reply.Failed TIMEOUT = new Reply.Failed("timeout");

    private final Record question;
    private final List<NameServer> servers;
    private final Worker worker;
    private final Deadline deadline;
    private final CompletableFuture<Reply> answer = new CompletableFuture<>();
    private final Runnable released;
    private final List<NameServer> failed = new ArrayList<>(1);
    private final Duration firstTurn;
    private final Duration secondTurn;
    private int turns;
    private int waiting;
    private boolean returned;
    private Reply.@Nullable Failed failure;
    private @Nullable NameServer last;
    private @Nullable Future<?> alarm;

    /**
     * An inquiry that has not started.
     *
     * @param question name, type and class
     * @param servers the resolvers, best first
     * @param released run once, on the worker, when this inquiry has its answer and no socket any more
     */
    Inquiry(Record question, List<NameServer> servers, Worker worker, Deadline deadline, Runnable released) {
        this.question = question;
        this.servers = new ArrayList<>(servers);
        this.worker = worker;
        this.deadline = deadline;
        this.released = released;
        Duration left = deadline.left();
        Duration even = left.dividedBy((long) servers.size() * ROUNDS);
        firstTurn = even.compareTo(FIRST_TURN) < 0 ? even : FIRST_TURN;
        secondTurn = left.minus(firstTurn.multipliedBy(servers.size())).dividedBy(servers.size());
    }

    CompletableFuture<Reply> answer() {
        return answer;
    }

    /** Begins; on the worker. */
    void start() {
        servers.sort(Comparator.comparing(NameServer::isSilent)); // stable: else in the order given
        step();
    }

    private void step() {
        if (alarm != null) {
            alarm.cancel(false);
        }
        if (answer.isDone()) {
            giveBack(); // an alarm that was under way already, or an answer from outside
            return;
        }
        NameServer server = next();
        if (deadline.isOver() || (server == null && waiting == 0)) {
            finish(failure == null ? TIMEOUT : failure);
            return;
        }
        Duration left = deadline.left();
        Duration turn = turns <= servers.size() ? firstTurn : secondTurn;
        alarm = worker.after(server == null || left.compareTo(turn) < 0 ? left : turn, this::turnIsOver);
        if (server != null) {
            last = server;
            waiting++;
            // Last of all: it may fail at once, and take the next step from within. A new id and port for each.
            var unused = server.ask(Message.newQuery(question), left).thenAccept(heard -> heard(server, heard));
        }
    }

    private @Nullable NameServer next() {
        while (turns < servers.size() * ROUNDS) {
            NameServer server = servers.get(turns++ % servers.size());
            if (!failed.contains(server)) {
                return server;
            }
        }
        return null;
    }

    private void turnIsOver() {
        if (last != null && !failed.contains(last)) {
            last.markSilent();
        }
        step();
    }

    private void heard(NameServer server, Reply heard) {
        waiting--;
        if (answer.isDone() || !(heard instanceof Reply.Failed why)) {
            finish(heard);
            return;
        }
        failed.add(server);
        failure = failure == null ? why : failure;
        step();
    }

    /** Gives the answer, if there is none yet. */
    private void finish(Reply found) {
        if (alarm != null) {
            alarm.cancel(false);
        }
        giveBack();
        answer.complete(found);
    }

    /** Once the time is over for all, and nobody can reply any more: sockets outlive an answer. */
    private void giveBack() {
        if (waiting == 0 && !returned) {
            returned = true;
            released.run();
        }
    }
}
