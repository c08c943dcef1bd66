"""What every request asks of the database, as one call each: who comes in, and a plain change of a case.

Invoker's rights and no search path of their own: they see and write what the settings that they are handed open,
exactly as the same statements sent one by one would.
"""

from __future__ import annotations

# `geo.people.come_in` says what it gives. A count is a row of its own per account or network, kept as `geo.throttle`
# keeps it; a commit that is lost in a crash loses when somebody was last seen and a count, so it does not wait.
COME_IN = """
create function come_in(
    secret bytea, is_token boolean, idle_most float8, age_most float8, drift float8, seen_every float8,
    roles text[], demo boolean, nobody_key text, person_key text, span float8
) returns table (
    outcome text, account text, display_name text, role text, person text, wards text[], projects text[],
    must_change boolean, session_id bigint, device text, scopes text[], hits integer, seconds float8
) language plpgsql volatile as $$
declare
    a account;
    l login_session;
    t api_token;
    idle float8;
    counted text := nobody_key;
begin
    perform set_config('duonggang.reach', 'door', true), set_config('duonggang.wards', '', true),
        set_config('duonggang.projects', '', true), set_config('duonggang.account', '', true),
        set_config('duonggang.people', '', true), set_config('duonggang.oversight', '', true),
        set_config('synchronous_commit', 'off', true);
    if secret is null then
        outcome := 'nobody';
    elsif is_token then
        select * into t from api_token x where x.secret_hash = secret;
        select * into a from account x where x.name = t.account;
        idle := extract(epoch from clock_timestamp() - t.last_used_at);
        if t.id is null or t.ended_at is not null or t.expires_at <= clock_timestamp() or a.disabled_at is not null
           or a.must_change then
            outcome := 'token';
        else
            outcome := 'in';
            scopes := t.scopes;
            if idle is null or abs(idle) > seen_every then
                update api_token x set last_used_at = clock_timestamp() where x.id = t.id;
            end if;
        end if;
    else
        select * into l from login_session x where x.secret_hash = secret;
        select * into a from account x where x.name = l.account;
        idle := extract(epoch from clock_timestamp() - l.last_seen_at);
        if l.id is null then
            outcome := 'none';
        elsif l.ended_at is not null or a.disabled_at is not null or l.epoch <> a.epoch then
            outcome := 'ended';
        elsif idle not between -drift and idle_most
              or extract(epoch from clock_timestamp() - l.created_at) not between -drift and age_most then
            update login_session x set ended_at = clock_timestamp(), ended_why = 'expired'
                where x.id = l.id and x.ended_at is null;
            outcome := 'expired';
        else
            outcome := 'in';
            session_id := l.id;
            device := l.device;
            if abs(idle) > seen_every then
                update login_session x set last_seen_at = clock_timestamp() where x.id = l.id;
            end if;
        end if;
    end if;
    if outcome = 'in' and (a.role <> all (roles) or (a.is_demo and not demo)) then
        outcome := 'ended';
    end if;
    if outcome = 'in' then
        account := a.name;
        display_name := a.display_name;
        role := a.role;
        person := a.person;
        must_change := a.must_change;
        wards := array(select x.code from account_scope x where x.account = a.name and x.kind = 'ward');
        projects := array(select x.code from account_scope x where x.account = a.name and x.kind = 'project');
        counted := replace(person_key, '{account}', a.name);
    end if;
    insert into rate_window as w (key, ends_at, hits)
    values (counted, clock_timestamp() + make_interval(secs => span), 1)
    on conflict (key) do update set
        hits = case when w.ends_at <= clock_timestamp() or w.ends_at > clock_timestamp() + make_interval(secs => span)
                    then 1 else w.hits + 1 end,
        ends_at = case when w.ends_at <= clock_timestamp()
                         or w.ends_at > clock_timestamp() + make_interval(secs => span)
                       then excluded.ends_at else w.ends_at end
    returning w.hits, extract(epoch from w.ends_at - clock_timestamp()) into hits, seconds;
    return next;
end $$;
"""

# Writes plain changes, each the whole of `api.usecases.cases.change_case` for the common case: no step, the version
# seen is the present one, and no event of the case is of a later day than the one that counts. `written` is false for
# anything else, and nothing has been touched then. Several people's changes share a transaction, each under its own
# author's settings; rows are locked in the order of `geo.history`: all cases, all projects, then the chain.
WRITE_CASES = """
create function enter_as(reach text, wards text, projects text, account text, people text) returns void
language sql volatile as $$
    select set_config('duonggang.reach', reach, true), set_config('duonggang.wards', wards, true),
        set_config('duonggang.projects', projects, true), set_config('duonggang.account', account, true),
        set_config('duonggang.people', people, true), set_config('duonggang.oversight', '', true)
$$;
create function asked_changes(items jsonb) returns table (
    n integer, reach text, wards text, projects text, account text, people text, code text, seen integer,
    wanted jsonb, day date, document text, document_hash text, reason text, key text, request text
) language sql stable as $$
    select row_number() over ()::integer, i.* from jsonb_to_recordset(items) i (
        reach text, wards text, projects text, account text, people text, code text, seen integer,
        wanted jsonb, day date, document text, document_hash text, reason text, key text, request text
    )
$$;
create function write_cases(items jsonb, today date) returns table (n integer, written boolean, state jsonb)
language plpgsql volatile as $$
declare
    i record;
    c clearance_case;
    cases clearance_case[];
    days date[];
    day date;
    fits boolean;
    old_state jsonb;
    new_state jsonb;
begin
    for i in select * from asked_changes(items) order by code, n loop
        perform enter_as(i.reach, i.wards, i.projects, i.account, i.people);
        select * into c from clearance_case x where x.code = i.code for update;
        fits := c.version = i.seen
            and not exists (select from event e where e.idempotency_key = i.key);
        if fits then
            day := coalesce(i.day, (select greatest(data_date, c.step_on) from portfolio_state where id = 1));
            fits := day between c.step_on and today and not exists (
                select from event e
                where e.object_type = 'case' and e.object_code = i.code and e.effective_on > day
            );
        end if;
        if fits then
            days[i.n] := day;
            cases[i.n] := c;
        end if;
    end loop;
    perform from project x where x.id in (select project_id from unnest(cases)) order by x.id for no key update;
    update project x set revision = revision + 1 where x.id in (select project_id from unnest(cases));
    for i in select * from asked_changes(items) order by n loop
        n := i.n;
        written := false;
        state := null;
        c := cases[i.n];
        old_state := jsonb_build_object('step', c.step, 'step_on', c.step_on, 'promised_on', c.promised_on,
            'obstacle', c.obstacle, 'note', c.note, 'version', c.version);
        new_state := old_state || i.wanted;
        if days[i.n] is not null and new_state <> old_state then
            new_state := new_state || jsonb_build_object('version', c.version + 1);
            perform enter_as(i.reach, i.wards, i.projects, i.account, i.people);
            update clearance_case x set promised_on = (new_state ->> 'promised_on')::date,
                obstacle = new_state ->> 'obstacle', note = new_state ->> 'note', version = c.version + 1
                where x.id = c.id and x.version = i.seen;
            if found then
                insert into event (kind, object_type, object_code, project_code, actor, effective_on, before, after,
                    document, document_hash, reason, idempotency_key, request_hash)
                select 'case.edit', 'case', i.code, p.code, i.account, days[i.n], old_state, new_state,
                    i.document, i.document_hash, i.reason, i.key, i.request
                from project p where p.id = c.project_id;
                written := true;
                state := new_state;
            end if;
        end if;
        return next;
    end loop;
end $$;
"""
DROP = """
drop function write_cases(jsonb, date); drop function asked_changes(jsonb);
drop function enter_as(text, text, text, text, text);
drop function come_in(bytea, boolean, float8, float8, float8, float8, text[], boolean, text, text, float8);
"""
