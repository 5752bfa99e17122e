// Several evaluators that share each batch, one core each: what a search for one game uses to put
// all cores behind its leaves.
//
//     ludus_evaluator members[2];                     // equal ones, e.g. two ludus_evaluator_net
//     ludus_evaluator_team(&team, members, 2, &error);
//     ludus_evaluate(&team, n, leaves);               // leaves are dealt out evenly
//     ludus_evaluator_destroy(&team);                 // destroys the members too
//
// The calling thread works for the first member; every other member has a thread that sleeps on a
// condition variable between batches.
//
// Threads: as any evaluator: one caller at a time.
// Repeat: results are those of one member, whatever the number of members (rows do not depend on
// their batch).

#ifndef LUDUS_AGENTS_EVALUATOR_TEAM_H
#define LUDUS_AGENTS_EVALUATOR_TEAM_H

#include "agents/evaluator.h"

#define LUDUS_EVALUATOR_TEAM_MAX 64

// Takes ownership of members[0..n-1], also on failure. 1 <= n <= LUDUS_EVALUATOR_TEAM_MAX. A team
// of one is its member. Up to n times a member's max_batch rows per call.
ludus_status ludus_evaluator_team(ludus_evaluator *out, const ludus_evaluator *members, int32_t n,
                                  ludus_error *error);
// The member that works on the caller's thread: of a team, or the evaluator itself. Borrowed.
ludus_evaluator *ludus_evaluator_team_first(ludus_evaluator *evaluator);

#endif
