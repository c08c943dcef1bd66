"""What the database itself holds of the steps: which may follow which, and that each is told by an event."""

from __future__ import annotations

from projects.clearance import all_moves

_PAIRS = ", ".join(f"('{step}', '{wanted}')" for step, wanted in all_moves())

# Asked at the end of the transaction, when the event is there. Whoever maintains the database, an import (its step is
# what the file says) and its undo are not held to the order of the steps; a correction is judged as a whole history by
# the application and must be there as one. Definer's rights, because rows of the history may be hidden.
MOVES = f"""
create function step_moves() returns table (step text, wanted text) language sql immutable
set search_path = public, pg_temp as $$ values {_PAIRS} $$;
create function step_is_told() returns trigger language plpgsql security definer
set search_path = public, pg_temp as $$
declare
    was text := coalesce(current_setting('duonggang.maintenance', true), '');
    told boolean;
begin
    if was = 'on' then
        return null;
    end if;
    perform set_config('duonggang.maintenance', 'on', true);
    told := exists (
        select from event e where e.change = this_change() and (
            e.object_type = 'import'
            or e.object_type = 'case' and e.object_code = new.code and (
                e.kind = 'case.correct'
                or e.kind = 'case.step' and e.before ->> 'step' = old.step and e.after ->> 'step' = new.step
                    and exists (select from step_moves() m where m.step = old.step and m.wanted = new.step))));
    perform set_config('duonggang.maintenance', was, true);
    if not told then
        raise exception 'case %: no lawful step leads from % to %', new.code, old.step, new.step
            using errcode = 'check_violation';
    end if;
    return null;
end $$;
create constraint trigger step_told after update of step on clearance_case
    deferrable initially deferred for each row when (old.step is distinct from new.step)
    execute function step_is_told();
"""
DROP_MOVES = """
drop trigger step_told on clearance_case; drop function step_is_told(); drop function step_moves();
"""
