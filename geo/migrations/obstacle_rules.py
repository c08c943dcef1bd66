"""How the headline of a case and its obstacles stay in step, as triggers: whoever writes the headline keeps them too.

The rule: the headline's cause is empty exactly when no obstacle of the case is open; otherwise it is the cause of an
open one, the main one. So when the headline changes

- to a cause that is not open, one is opened, and the one that was the main one until then is closed;
- to a cause that is open already, only the main one changes: nothing opens or closes;
- to nothing, every open obstacle of the case is closed.

The rows take the day of the event that tells of the headline, which may be written before or after the headline in the
same transaction. Until it is written `told` is false and the day is today's.
"""

from __future__ import annotations

from geo.server.places import APP_ROLE

FUNCTIONS = f"""
create function headline_inserted() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
    insert into case_obstacle (case_id, project_id, ward_code, cause, opened_on, is_demo)
    select c.id, c.project_id, c.ward_code, c.obstacle, c.step_on, c.is_demo from came c
    where c.obstacle is not null
      and not exists (select from case_obstacle o where o.case_id = c.id and o.resolved_on is null);
    return null;
end $$;
create function headline_changed() returns trigger language plpgsql set search_path = public, pg_temp as $$
declare
    said event;
    day date;
    is_open boolean := exists (
        select from case_obstacle o where o.case_id = new.id and o.cause = new.obstacle and o.resolved_on is null);
begin
    select * into said from event e
        where e.object_type = 'case' and e.object_code = new.code and e.change = this_change()
          and (e.after ->> 'version')::int = new.version
        order by e.id desc limit 1;
    day := coalesce(said.effective_on, (now() at time zone 'Asia/Ho_Chi_Minh')::date);
    update case_obstacle o
        set resolved_on = greatest(o.opened_on, day), how = said.reason, told = said.id is not null,
            version = o.version + 1
        where o.case_id = new.id and o.resolved_on is null
          and (new.obstacle is null or (o.cause = old.obstacle and not is_open));
    if new.obstacle is not null and not is_open then
        insert into case_obstacle (case_id, project_id, ward_code, cause, opened_on, is_demo, told)
        values (new.id, new.project_id, new.ward_code, new.obstacle, day, new.is_demo, said.id is not null);
    end if;
    return null;
end $$;
create function headline_told() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
    update case_obstacle o
        set told = true,
            opened_on = case when o.resolved_on is null then new.effective_on else o.opened_on end,
            resolved_on = case when o.resolved_on is not null then greatest(o.opened_on, new.effective_on) end,
            how = case when o.resolved_on is not null then coalesce(o.how, new.reason) else o.how end
        from clearance_case c
        where c.code = new.object_code and o.case_id = c.id and not o.told;
    return null;
end $$;
create function obstacle_agrees() returns trigger language plpgsql set search_path = public, pg_temp as $$
declare
    c record;
begin
    -- What the application wrote of obstacles must agree with the headline when it commits.
    select x.code, x.obstacle into c from clearance_case x where x.id = new.case_id;
    if found and current_user = '{APP_ROLE}' and (c.obstacle is null) = exists (
        select from case_obstacle o
        where o.case_id = new.case_id and o.resolved_on is null and o.cause = coalesce(c.obstacle, o.cause)
    ) then
        raise exception 'case %: its headline names no open obstacle', c.code
            using errcode = 'integrity_constraint_violation', hint = 'api.usecases.obstacles';
    end if;
    return null;
end $$;
create function desk_follows() returns trigger language plpgsql security definer
set search_path = public, pg_temp as $$
declare
    was text := coalesce(current_setting('duonggang.maintenance', true), '');
begin
    -- A case that moves to another ward takes along what hangs on it.
    perform set_config('duonggang.maintenance', 'on', true);
    update case_obstacle set ward_code = new.ward_code, project_id = new.project_id where case_id = new.id
        and (ward_code, project_id) is distinct from (new.ward_code, new.project_id);
    update case_contact set ward_code = new.ward_code, project_id = new.project_id where case_id = new.id
        and (ward_code, project_id) is distinct from (new.ward_code, new.project_id);
    update case_complaint set ward_code = new.ward_code, project_id = new.project_id where case_id = new.id
        and (ward_code, project_id) is distinct from (new.ward_code, new.project_id);
    perform set_config('duonggang.maintenance', was, true);
    return null;
end $$;
"""
TRIGGERS = """
create trigger headline_inserted after insert on clearance_case referencing new table as came
    for each statement execute function headline_inserted();
create trigger headline_changed after update of obstacle on clearance_case for each row
    when (old.obstacle is distinct from new.obstacle) execute function headline_changed();
create trigger headline_told after insert on event for each row
    when (new.object_type = 'case' and new.before is not null
          and (new.corrects is not null or new.before ->> 'obstacle' is distinct from new.after ->> 'obstacle'))
    execute function headline_told();
create constraint trigger obstacle_agrees after insert or update of cause, resolved_on, case_id on case_obstacle
    deferrable initially deferred for each row execute function obstacle_agrees();
create trigger desk_follows after update of ward_code, project_id on clearance_case for each row
    when (old.ward_code <> new.ward_code or old.project_id <> new.project_id) execute function desk_follows();
"""
DROP = """
drop trigger desk_follows on clearance_case; drop trigger headline_told on event;
drop trigger headline_changed on clearance_case; drop trigger headline_inserted on clearance_case;
drop trigger obstacle_agrees on case_obstacle;
drop function desk_follows(); drop function obstacle_agrees(); drop function headline_told();
drop function headline_changed(); drop function headline_inserted();
"""
