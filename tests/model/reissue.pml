/*
 * One voter, two elections, and a voting code that is re-issued: cast, re-issue, close, crash and redelivery in every order.
 *
 * Each `atomic` is one database transaction of one service. A crash inside of it leaves nothing; a crash between two of them
 * is that the next one comes later, which interleaving covers; a crash after the commit and before the acknowledgement brings the
 * same event again, which `acknowledge` covers. Events wait in a row (outbox, queue, inbox) until they are acknowledged.
 *
 * MUTANT names one change that breaks the argument; the test expects each of them to be found.
 *   1 the urn retires the old credential and activates the new one in two transactions
 *   2 the code is sent when the spare is taken, before the urn has activated it
 *   3 the urn asks whether the holder has voted before it takes the election's lock
 *   4 whoever is told twice that it was too late gives the attempt back twice
 *   5 a second click does not look for an open request
 *   6 the register is written for the request, whether or not it is known already
 *   7 identity is not told that it was too late: the voter could never ask again
 */
#ifndef MUTANT
#define MUTANT 0
#endif

#define ELECTIONS 2
#define LIMIT 2          /* attempts a voter, and spares */
#define RANKS 3          /* the code of the paper notice, and the spares */
#define REQUESTS 4       /* request numbers 1 to 3: one more than the limit */
#define REDELIVERIES 2   /* how often an acknowledgement is lost in one history */

#define SPARE 0
#define ACTIVE 1
#define RETIRED 2

#define NONE 0
#define OPEN 1           /* at identity: asked for; at reassort: waits for the urn */
#define DONE 2
#define LATE 3

/* The urn. */
byte credential[6] = {ACTIVE, SPARE, SPARE, ACTIVE, SPARE, SPARE};
                         /* state of rank k in election e: credential[e * RANKS + k] */
bool voted[ELECTIONS], closed[ELECTIONS];
byte voted_with[ELECTIONS];
byte urn_answer[REQUESTS];
/* Identity. */
byte request[REQUESTS], latest, attempts;
/* Reassort. */
byte reissue[REQUESTS], rank_of[REQUESTS], entries;
bool used[RANKS];
/* Events under way. */
bool granted[REQUESTS], activate[REQUESTS], activated[REQUESTS], too_late[REQUESTS], message[REQUESTS], outcome[REQUESTS];
/* The voter. */
bool knows[RANKS] = {true, false, false};

byte redelivered;
bool broken;             /* an invariant did not hold */

#define state(e, k) credential[(e) * RANKS + (k)]
#define in_use(k) ((reissue[1] != NONE && reissue[1] != LATE && rank_of[1] == k) || \
                   (reissue[2] != NONE && reissue[2] != LATE && rank_of[2] == k) || \
                   (reissue[3] != NONE && reissue[3] != LATE && rank_of[3] == k))
#define coming(k) (((activated[1] || message[1]) && rank_of[1] == k) || \
                   ((activated[2] || message[2]) && rank_of[2] == k) || \
                   ((activated[3] || message[3]) && rank_of[3] == k))
#define opened ((request[1] == OPEN) + (request[2] == OPEN) + (request[3] == OPEN))
#define charged (opened + (request[1] == DONE) + (request[2] == DONE) + (request[3] == DONE))
#define all_closed (closed[0] && closed[1])

/* Either the event is gone, or its acknowledgement is lost and it comes again. */
inline acknowledge(event) {
    if
    :: event = false
    :: redelivered < REDELIVERIES -> redelivered++
    fi
}

/* After every transaction, whatever it was. */
byte ie, ik, working, spent;   /* of check alone; 0 between */

inline check() {
    d_step {
        do
        :: ie < ELECTIONS ->
            working = 0;
            ik = 0;
            do
            :: ik < RANKS ->
                if
                :: state(ie, ik) == ACTIVE ->
                    working++;
                    /* Somebody can vote: with a code that the voter has or that is on its way. */
                    if
                    :: !voted[ie] && !closed[ie] -> assert(knows[ik] || coming(ik))
                    :: else
                    fi
                :: state(ie, ik) == SPARE ->
                    /* Nobody holds a code that was said to work and does not yet. */
                    if
                    :: !voted[ie] && !closed[ie] -> assert(!knows[ik])
                    :: else
                    fi
                :: else
                fi;
                ik++
            :: else -> break
            od;
            /* Never two codes that work, and never none. */
            assert(working == 1);
            /* An acknowledged vote stays, with the credential that cast it. */
            if
            :: voted[ie] -> assert(state(ie, voted_with[ie]) == ACTIVE)
            :: else
            fi;
            ie++
        :: else -> break
        od;
        ik = 1;
        do
        :: ik < RANKS -> spent = spent + used[ik]; ik++
        :: else -> break
        od;
        assert(spent == entries);
        assert(opened <= 1);
        assert(attempts == charged && attempts <= LIMIT);
        ie = 0; ik = 0; working = 0; spent = 0
    }
}

/* Click and outcome: one row per request, one open request a voter. */
active proctype Identity() {
    byte r;
end:
    do
    :: atomic {
        latest < REQUESTS - 1 && attempts < LIMIT && (MUTANT == 5 || !opened) ->
        latest++;
        request[latest] = OPEN;
        attempts++;
        granted[latest] = true;
        check()
       }
    :: atomic {
        (outcome[1] || outcome[2] || outcome[3]) ->
        if
        :: outcome[1] -> r = 1
        :: outcome[2] -> r = 2
        :: outcome[3] -> r = 3
        fi;
        if
        :: reissue[r] == LATE && (request[r] == OPEN || MUTANT == 4) -> request[r] = LATE; attempts--
        :: reissue[r] == DONE && request[r] == OPEN -> request[r] = DONE
        :: else
        fi;
        acknowledge(outcome[r]);
        check()
       }
    od
}

/* Takes a spare under the request's number; enters it in the register and sends the code once the urn has answered. */
active proctype Reassort() {
    byte r, k;
end:
    do
    :: atomic {
        (granted[1] || granted[2] || granted[3]) ->
        if
        :: granted[1] -> r = 1
        :: granted[2] -> r = 2
        :: granted[3] -> r = 3
        fi;
        if
        :: reissue[r] == NONE ->
            k = 1;
            do
            :: in_use(k) -> k++
            :: else -> break
            od;
            assert(k < RANKS);
            rank_of[r] = k;
            reissue[r] = OPEN;
            activate[r] = true;
            if
            :: MUTANT == 2 -> message[r] = true
            :: else
            fi
        :: else
        fi;
        acknowledge(granted[r]);
        check()
       }
    :: atomic {
        (activated[1] || activated[2] || activated[3]) ->
        if
        :: activated[1] -> r = 1
        :: activated[2] -> r = 2
        :: activated[3] -> r = 3
        fi;
        if
        :: reissue[r] == OPEN || MUTANT == 6 ->
            reissue[r] = DONE;
            used[rank_of[r]] = true;
            entries++;
            message[r] = true;
            outcome[r] = true
        :: else
        fi;
        acknowledge(activated[r]);
        check()
       }
    :: atomic {
        (too_late[1] || too_late[2] || too_late[3]) ->
        if
        :: too_late[1] -> r = 1
        :: too_late[2] -> r = 2
        :: too_late[3] -> r = 3
        fi;
        if
        :: reissue[r] == OPEN -> reissue[r] = LATE; outcome[r] = (MUTANT != 7)
        :: else
        fi;
        acknowledge(too_late[r]);
        check()
       }
    od
}

/* Takes a code over to the voter; a lost acknowledgement is a message sent twice. */
active proctype Notification() {
    byte r;
end:
    do
    :: atomic {
        (message[1] || message[2] || message[3]) ->
        if
        :: message[1] -> r = 1
        :: message[2] -> r = 2
        :: message[3] -> r = 3
        fi;
        knows[rank_of[r]] = true;
        acknowledge(message[r]);
        check()
       }
    od
}

/* One transaction over the voter's elections. */
inline exchange(e) {
    if
    :: closed[e] || (voted[e] && MUTANT != 3) || (MUTANT == 3 && seen[e])
    :: else ->
        k = 0;
        do
        :: k < RANKS ->
            if
            :: state(e, k) == ACTIVE -> state(e, k) = RETIRED
            :: else
            fi;
            k++
        :: else -> break
        od;
        if
        :: MUTANT == 1 -> later = true
        :: else -> state(e, rank_of[r]) = ACTIVE
        fi
    fi
}

active proctype Urn() {
    byte r, k;
    bool seen[ELECTIONS], later;
end:
    do
    :: atomic {
        (activate[1] || activate[2] || activate[3]) ->
        if
        :: activate[1] -> r = 1
        :: activate[2] -> r = 2
        :: activate[3] -> r = 3
        fi;
        seen[0] = voted[0];
        seen[1] = voted[1]
       };
       if
       :: MUTANT == 3 -> skip
       :: else
       fi;
       atomic {
        seen[0] = (MUTANT == 3 -> seen[0] : voted[0]);
        seen[1] = (MUTANT == 3 -> seen[1] : voted[1]);
        if
        :: urn_answer[r] != NONE                  /* the same request again changes nothing, */
        :: urn_answer[r] == NONE && all_closed -> urn_answer[r] = LATE
        :: urn_answer[r] == NONE && !all_closed -> urn_answer[r] = DONE; exchange(0); exchange(1)
        fi;
        too_late[r] = (urn_answer[r] == LATE);    /* and is answered as before */
        activated[r] = (urn_answer[r] == DONE);
        acknowledge(activate[r]);
        check();
        seen[0] = false;
        seen[1] = false
       };
       if
       :: later -> atomic { state(0, rank_of[r]) = ACTIVE; state(1, rank_of[r]) = ACTIVE; later = false; check() }
       :: else
       fi
    od
}

/* Votes with any code in hand that is accepted: at most once in each election. */
active proctype Voter() {
    byte e, k;
end:
    do
    :: atomic {
        select(e : 0 .. 1);
        select(k : 0 .. 2);
        if
        :: knows[k] && state(e, k) == ACTIVE && !voted[e] && !closed[e] -> voted[e] = true; voted_with[e] = k
        :: else
        fi;
        check();
        e = 0;
        k = 0
       }
    od
}

active proctype Clock() {
end:
    do
    :: atomic { !closed[0] -> closed[0] = true; check() }
    :: atomic { !closed[1] -> closed[1] = true; check() }
    od
}

/* Whatever is asked for is answered. */
ltl answered { [] ((opened > 0) -> <> (opened == 0)) }
