"""Every limit of the intake by name. What was measured stands beside it; bench/README.md says how."""

from __future__ import annotations

# Of one request
BODY_BYTES_MAX = 64 * 1024  # a checkout of 50 lines is 6 kB
BATCH_BODY_BYTES_MAX = 2 * 1024 * 1024
ORDERS_PER_REQUEST_MAX = 1_000
HEAD_BYTES_MAX = 16 * 1024
HEAD_SECONDS_MAX = 10.0  # from the first byte of a request to the end of its headers
BODY_SECONDS_MAX = 15.0
WRITE_SECONDS_MAX = 30.0  # for reading an answer that fills the buffers
LINGER_SECONDS = 2.0  # for reading why a connection is closed
IDLE_SECONDS_MAX = 75.0  # between two requests of a connection
PIPELINED_MAX = 16  # requests sent ahead on one connection

# Of one process
CONNECTIONS_MAX = 4_096
BUFFERED_BYTES_MAX = 64 * 1024 * 1024  # of unfinished bodies, all connections together
QUEUE_MAX = 2_000  # orders that wait for their answer; more are told 503 at once, and so are fewer when that lasts:
WAIT_SECONDS = 0.2  # so long an order should wait for its batch; the batch takes its time on top of it
ROOM_MIN = 50  # so many may wait however slow everything is
ROOM_STEP = 20  # so many more after each batch that did not wait too long
ROOM_SHARE_MIN = 0.7  # and this share of it at least after one that did: one hiccup of the disk is not overload
# Who has waited so long for a batch that its answer would come later than this, as long as batches took lately, is
# answered 503, and not decided.
DEADLINE_SECONDS = 0.8
DRAIN_SECONDS_MAX = 12.0

# Of one batch
# Batches in hand at once: while one commits, the next is decided. 256 connections, one order each, 2 cores, taking
# turns: two lanes took 5,530 and 5,270 orders/s in batches of 85, three 5,340 and 4,730 in batches of 64.
LANES = 2
# Reached only under overload. Larger batches cost each order less, but all of one that is slow are answered late: with
# up to 500 the slowest hundredth took 1.0 to 1.3 s, with 200 it took 0.7.
ORDERS_PER_BATCH_MAX = 200
ORDERS_PER_BATCH_MIN = 32  # so many one lane takes before it leaves any to another
LITTLE_SHARE = 0.5  # of what is in hand: where less waits, a lane lets more arrive
FILL_SECONDS = 0.003  # for so long, while another lane has ORDERS_PER_BATCH_MIN or more
PRESSED_ORDERS = 350  # where so many wait, lanes leave the thread to each other before anybody else
KEY_SECONDS = 2.0  # how long a key's owner and rights are remembered: so long a revoked key may still work here
KEYS_MAX = 100_000
OFFER_SECONDS = 2.0  # how long a variant's listing is remembered; price windows hold to the second within it
OFFERS_MAX = 200_000
ATTEMPTS_MAX = 3  # how often a batch's undecided rest is decided anew (accounts opened in between)
LOCK_TIMEOUT_MS = 1_000
STATEMENT_TIMEOUT_MS = 5_000
RECONNECT_SECONDS = 0.2
