"""The functions through which land changes: accepting a proposal, undoing it, and what says that both were exact.

With definer's rights, for the application writes no parcel itself: it can have a proposal carried out that is whole,
stands on the land as it is now, and was decided by somebody who may; nothing else. All of it happens in the one
transaction of the caller, the events last.
"""

from __future__ import annotations

# Every column of every row of a project's land but the number of the change that wrote it, bit for bit: text output
# of geometry is EWKB, of a double its shortest exact form. Two states are equal when their hashes are.
LAND_STATE = """
create function land_state(project integer) returns text
language plpgsql volatile security definer set search_path = public, pg_temp as $$
declare
    was text := coalesce(current_setting('duonggang.maintenance', true), '');
    name text; wanted text; part text; whole text := '';
begin
    perform set_config('duonggang.maintenance', 'on', true);
    foreach name in array array['import_batch', 'clearance_case', 'parcel', 'parcel_front'] loop
        select string_agg('t.' || quote_ident(attname), ', ' order by attname) into wanted from pg_attribute
            where attrelid = to_regclass('public.' || name) and attnum > 0 and not attisdropped
            and attname <> 'change';
        execute format(
            'select coalesce(string_agg(h, '''' order by h), '''') '
            'from (select md5(row(%s)::text) as h from %I t where %s) x',
            wanted, name,
            case name when 'parcel_front' then 't.parcel_id in (select id from parcel where project_id = $1)'
                 else 't.project_id = $1' end) into part using project;
        whole := whole || name || md5(part);
    end loop;
    perform set_config('duonggang.maintenance', was, true);
    return md5(whole);
end $$;

-- The axis and fronts that the rows of a proposal were placed on.
create function ground_state(project integer) returns text language sql stable set search_path = public, pg_temp as $$
    select md5(coalesce((select string_agg(a::text, '' order by a.id) from (
                   select id, geom, start_m, is_ring from alignment where project_id = $1) a), '')
            || coalesce((select string_agg(s::text, '' order by s.id) from (
                   select id, alignment_id, from_m, to_m, area from section where project_id = $1) s), '')
            || coalesce((select string_agg(f::text, '' order by f.id) from (
                   select id, section_id, from_m, to_m, area from work_front where project_id = $1) f), ''))
$$;
"""

# What a second person is, asked once more where nobody gets around it; a connection in maintenance is the operator's.
ACCEPT = """
create function land_accept(proposal bigint, day date, decider text) returns jsonb
language plpgsql volatile security definer set search_path = public, pg_temp as $$
declare
    was text := coalesce(current_setting('duonggang.maintenance', true), '');
    me text := coalesce(nullif(current_setting('duonggang.account', true), ''), decider);
    p import_proposal; u import_upload; its_code text; counts jsonb; new_batch integer;
    state_before text; state_after text;
    gone integer := 0; demo integer := 0;
begin
    perform set_config('duonggang.maintenance', 'on', true);
    select * into p from import_proposal where id = proposal for update;
    if not found or p.state <> 'ready' then
        raise exception 'proposal % is not ready', proposal using errcode = 'DG001';
    end if;
    if p.needs_second and was <> 'on' and (me = p.proposed_by or coalesce(person_of(me), me) = p.person) then
        raise exception 'proposal %: nobody is their own second person', proposal using errcode = 'DG002';
    end if;
    select * into u from import_upload where id = proposal;
    select pr.code into its_code from project pr where pr.id = p.project_id for update;
    state_before := land_state(p.project_id);
    if state_before || ground_state(p.project_id) <> p.seen_land
       or (select count(*) from proposal_parcel r where r.proposal_id = proposal) <> (p.summary ->> 'rows')::int then
        perform set_config('duonggang.maintenance', was, true);
        return jsonb_build_object('stale', true);
    end if;
    delete from import_batch b where b.project_id = p.project_id and b.is_demo;
    delete from clearance_case c where c.project_id = p.project_id and c.is_demo;
    get diagnostics demo = row_count;
    insert into import_batch (project_id, filename, sha256, source_crs, row_count, is_demo, actor)
        values (p.project_id, u.filename, u.sha256, 'EPSG:' || (p.summary ->> 'source_srid'),
                (p.summary ->> 'file_rows')::int, false, me)
        returning id into new_batch;
    delete from parcel q using proposal_parcel r
        where r.proposal_id = proposal and r.kind = 'dropped' and q.id = r.parcel_id;
    get diagnostics gone = row_count;
    insert into clearance_case (project_id, code, ward_code, holder_kind, step, step_on, promised_on, obstacle, is_demo)
        select distinct on (r.case_code) p.project_id, r.case_code, r.ward_code, coalesce(r.holder_kind, 'household'),
               coalesce(r.step, 'S00'), coalesce(r.step_on, day), r.promised_on, r.obstacle, false
        from proposal_parcel r
        where r.proposal_id = proposal and r.kind not in ('dropped', 'unchanged') and r.case_id is null
        order by r.case_code, r.row;
    insert into parcel (project_id, case_id, batch_id, map_series, sheet, number, map_version, ward_code, land_use,
                        area_m2, area_stated_m2, alignment_id, from_m, to_m, side, is_demo, geom, source_geom,
                        source_srid)
        select p.project_id, c.id, new_batch, r.map_series, r.sheet, r.number, r.map_version, r.ward_code, r.land_use,
               r.area_m2, r.area_stated_m2, r.alignment_id, r.from_m, r.to_m, r.side, false, r.geom,
               coalesce(r.source_geom, r.geom), r.source_srid
        from proposal_parcel r join clearance_case c on c.code = r.case_code
        where r.proposal_id = proposal and r.kind = 'added';
    -- A shape within the tolerance stays as it is, to the bit.
    update parcel q set batch_id = new_batch, case_id = c.id, ward_code = r.ward_code, land_use = r.land_use,
           area_stated_m2 = coalesce(r.area_stated_m2, q.area_stated_m2)
        from proposal_parcel r join clearance_case c on c.code = r.case_code
        where r.proposal_id = proposal and r.kind = 'attributes' and q.id = r.parcel_id;
    update parcel q set batch_id = new_batch, case_id = c.id, ward_code = r.ward_code, land_use = r.land_use,
           area_m2 = r.area_m2, area_stated_m2 = coalesce(r.area_stated_m2, q.area_stated_m2),
           alignment_id = r.alignment_id, from_m = r.from_m, to_m = r.to_m, side = r.side, geom = r.geom,
           source_geom = coalesce(r.source_geom, r.geom), source_srid = r.source_srid
        from proposal_parcel r join clearance_case c on c.code = r.case_code
        where r.proposal_id = proposal and r.kind in ('moved', 'shrunk', 'grown') and q.id = r.parcel_id;
    delete from parcel_front f using proposal_parcel r
        where r.proposal_id = proposal and r.kind in ('moved', 'shrunk', 'grown')
        and f.parcel_id = r.parcel_id and not f.front_id = any (coalesce(r.fronts, '{}'));
    insert into parcel_front (parcel_id, front_id)
        select q.id, f from proposal_parcel r
        join parcel q on q.project_id = p.project_id and q.map_series = r.map_series and q.sheet = r.sheet
            and q.number = r.number and q.map_version = r.map_version
        cross join unnest(r.fronts) f
        where r.proposal_id = proposal and r.kind in ('added', 'moved', 'shrunk', 'grown')
        on conflict do nothing;
    update project set revision = revision + 1 where id = p.project_id;
    state_after := land_state(p.project_id);
    update import_proposal set state = 'accepted', batch_id = new_batch, change = this_change(),
           land_before = state_before,
           land_after = state_after, decided_by = me, decided_at = clock_timestamp() where id = proposal;
    counts := jsonb_build_object('proposal', proposal, 'filename', u.filename, 'sha256', u.sha256,
        'source_crs', 'EPSG:' || (p.summary ->> 'source_srid'), 'is_demo', false, 'demo_cases_removed', demo,
        'parcels', (p.summary ->> 'file_rows')::int, 'kinds', p.summary -> 'kinds', 'batch', new_batch,
        'cases', (select count(*) from clearance_case c
                  where c.project_id = p.project_id and c.change = this_change()));
    insert into event (effective_on, actor, kind, project_code, object_type, object_code, after, seconds)
        values (day, me, 'parcels.import', its_code, 'import', proposal::text, counts,
                case when me <> p.proposed_by then p.event_id end);
    insert into event (effective_on, actor, kind, project_code, object_type, object_code, after)
        select c.step_on, me, 'case.import', its_code, 'case', c.code, jsonb_build_object('step', c.step,
               'step_on', c.step_on, 'promised_on', c.promised_on, 'obstacle', c.obstacle, 'note', c.note,
               'version', c.version)
        from clearance_case c where c.project_id = p.project_id and c.change = this_change() order by c.id;
    perform set_config('duonggang.maintenance', was, true);
    return counts;
end $$;
"""

# What the import wrote is what its change made, as it stands or as a version; it is untouched where the row of now has
# the very values of that version, be it that a later import that changed it was undone itself.
UNDO = """
create function land_undo(proposal bigint, day date, why text, decider text) returns jsonb
language plpgsql volatile security definer set search_path = public, pg_temp as $$
declare
    was text := coalesce(current_setting('duonggang.maintenance', true), '');
    me text := coalesce(nullif(current_setting('duonggang.account', true), ''), decider);
    p import_proposal; its_code text; name text; columns text; sets text; keys text; ours text; theirs text;
    later jsonb := '[]'; hits jsonb; new_cases integer[]; new_parcels uuid[]; cases jsonb; counts jsonb := '{}';
    n integer;
begin
    perform set_config('duonggang.maintenance', 'on', true);
    select * into p from import_proposal where id = proposal for update;
    if not found or p.state <> 'accepted' then
        raise exception 'proposal % is not accepted', proposal using errcode = 'DG001';
    end if;
    select pr.code into its_code from project pr where pr.id = p.project_id for update;
    new_cases := array(
        select c.id from (select id from clearance_case where change = p.change and project_id = p.project_id
                          union select id from past.clearance_case where change = p.change) c
        where not exists (select from past.clearance_case o where o.id = c.id and o.until = p.change));
    new_parcels := array(
        select q.id from (select id from parcel where change = p.change and project_id = p.project_id
                          union select id from past.parcel where change = p.change) q
        where not exists (select from past.parcel o where o.id = q.id and o.until = p.change));
    -- What was changed or deleted since of what the import wrote.
    foreach name in array array['clearance_case', 'parcel'] loop
        select string_agg('t.' || quote_ident(attname), ', ' order by attnum),
               string_agg('v.' || quote_ident(attname), ', ' order by attnum) into ours, theirs
            from pg_attribute where attrelid = to_regclass('public.' || name) and attnum > 0 and not attisdropped
            and attname <> 'change';
        execute format('select coalesce(jsonb_agg(distinct %2$s), ''[]'') from past.%1$I v where v.change = $1 and '
            'not exists (select from public.%1$I t where t.id = v.id and row(%3$s)::text = row(%4$s)::text)', name,
            case name when 'parcel' then 'v.sheet || ''/'' || v.number' else 'v.code' end, ours, theirs)
            into hits using p.change;
        if hits <> '[]' then
            later := later || jsonb_build_object('what', replace(name, 'clearance_', ''), 'names', hits);
        end if;
    end loop;
    select coalesce(jsonb_agg(distinct q.sheet || '/' || q.number), '[]') into hits
        from past.parcel_front f join parcel q on q.id = f.parcel_id where f.change = p.change
        and not exists (select from parcel_front t where t.parcel_id = f.parcel_id and t.front_id = f.front_id);
    if hits <> '[]' then later := later || jsonb_build_object('what', 'parcel', 'names', hits); end if;
    -- What others hung on cases that the import made.
    select coalesce(jsonb_agg(distinct q.sheet || '/' || q.number), '[]') into hits
        from parcel q where q.case_id = any (new_cases) and not q.id = any (new_parcels)
        and not exists (select from past.parcel o where o.id = q.id and o.until = p.change);
    if hits <> '[]' then later := later || jsonb_build_object('what', 'joined', 'names', hits); end if;
    select coalesce(jsonb_agg(distinct c.code), '[]') into hits from clearance_case c where c.id = any (new_cases)
        and (exists (select from holder h where h.case_id = c.id)
             or exists (select from proposal w where w.case_id = c.id));
    if hits <> '[]' then later := later || jsonb_build_object('what', 'holder', 'names', hits); end if;
    -- Numbers that the import took away and that somebody used again.
    select coalesce(jsonb_agg(distinct q.sheet || '/' || q.number), '[]') into hits
        from past.parcel o join parcel q on q.project_id = o.project_id and q.map_series = o.map_series
            and q.sheet = o.sheet and q.number = o.number and q.map_version = o.map_version and q.id <> o.id
        where o.until = p.change and not q.id = any (new_parcels);
    if hits <> '[]' then later := later || jsonb_build_object('what', 'number', 'names', hits); end if;
    -- Real land that came later stands where invented land would return.
    if exists (select from past.import_batch o where o.until = p.change and o.is_demo and o.project_id = p.project_id)
       and exists (select from import_batch b
                   where b.project_id = p.project_id and b.id <> p.batch_id and not b.is_demo) then
        later := later || jsonb_build_object('what', 'import', 'names',
            (select jsonb_agg(b.filename) from import_batch b
             where b.project_id = p.project_id and b.id <> p.batch_id));
    end if;
    if later <> '[]' then
        perform set_config('duonggang.maintenance', was, true);
        return jsonb_build_object('later', later);
    end if;
    select coalesce(jsonb_agg(c.code order by c.code), '[]') into cases
        from clearance_case c where c.id = any (new_cases);
    -- What was added goes, so that its numbers are free; deleted rows return, parents before children; changed rows
    -- get their earlier values. Cases and the batch of the import go last: until then rows may point to them.
    delete from parcel_front f where (f.change = p.change or exists (select from past.parcel_front v
            where v.parcel_id = f.parcel_id and v.front_id = f.front_id and v.change = p.change))
        and not exists (select from past.parcel_front o
            where o.parcel_id = f.parcel_id and o.front_id = f.front_id and o.until = p.change);
    delete from parcel q where q.id = any (new_parcels);
    get diagnostics n = row_count;
    counts := counts || jsonb_build_object('parcel_gone', n);
    foreach name in array array['import_batch', 'clearance_case', 'parcel', 'parcel_front', 'holder'] loop
        select string_agg(quote_ident(attname), ', ' order by attnum),
               string_agg(format('%1$I = o.%1$I', attname), ', ' order by attnum) into columns, sets
            from pg_attribute where attrelid = to_regclass('public.' || name) and attnum > 0 and not attisdropped
            and attname <> 'change';
        keys := case name when 'parcel_front' then 't.parcel_id = o.parcel_id and t.front_id = o.front_id'
                          when 'holder' then 't.case_id = o.case_id' else 't.id = o.id' end;
        if name in ('clearance_case', 'parcel') then
            execute format('update public.%1$I t set %2$s from past.%1$I o where o.until = $1 and %3$s',
                name, sets, keys) using p.change;
            get diagnostics n = row_count;
            counts := counts || jsonb_build_object(name || '_as_before', n);
        end if;
        execute format('insert into public.%1$I (%2$s) select %2$s from past.%1$I o where o.until = $1 '
            'and not exists (select from public.%1$I t where %3$s)', name, columns, keys) using p.change;
        get diagnostics n = row_count;
        counts := counts || jsonb_build_object(name || '_back', n);
    end loop;
    delete from clearance_case c where c.id = any (new_cases);
    delete from import_batch b where b.id = p.batch_id;
    update project set revision = revision + 1 where id = p.project_id;
    update import_proposal set state = 'undone', undone_by = me, undone_at = clock_timestamp() where id = proposal;
    insert into event (effective_on, actor, kind, project_code, object_type, object_code, before, after, reason)
        values (day, me, 'parcels.undo', its_code, 'import', proposal::text,
                jsonb_build_object('cases', cases), counts, nullif(why, ''));
    perform set_config('duonggang.maintenance', was, true);
    return counts;
end $$;
"""

# Since a case has parts (migration 0024): what somebody recorded of a case that the import made keeps it from being
# undone; what went with invented cases comes back with them.
_PARTS = (
    "case_fact", "case_document", "case_party", "inventory_item", "compensation_plan", "compensation_line",
    "allocation", "case_obstacle", "case_contact", "case_complaint",
)  # fmt: skip
UNDO_WITH_PARTS = UNDO.replace(
    "             or exists (select from proposal w where w.case_id = c.id));",
    "             or exists (select from proposal w where w.case_id = c.id)\n"
    "             or exists (select from event e where e.object_code = c.code and e.change <> p.change\n"
    "                        and e.actor <> 'system'));",
).replace(
    "foreach name in array array['import_batch', 'clearance_case', 'parcel', 'parcel_front', 'holder'] loop",
    "foreach name in array array['import_batch', 'clearance_case', 'parcel', 'parcel_front', 'holder', "
    + ", ".join(f"'{name}'" for name in _PARTS)
    + "] loop\n        -- Those that a trigger made from the headline of a case that came back: the real ones follow.\n"
    "        if name = 'case_obstacle' then\n"
    "            delete from case_obstacle b where b.change = this_change() and exists (\n"
    "                select from past.case_obstacle o where o.case_id = b.case_id and o.until = p.change);\n"
    "        end if;",
)
# The rows of one proposal are one partition: filled by COPY while it stands alone, indexed in one go, then attached.
STAGE = """
create function stage_open(proposal bigint) returns text
language plpgsql volatile security definer set search_path = public, pg_temp as $$
begin
    perform stage_drop(proposal);
    execute format('create unlogged table staging.rows_%s (like proposal_parcel '
        'including defaults including constraints)', proposal);
    execute format('grant insert on staging.rows_%s to duonggang_app', proposal);
    return 'rows_' || proposal;
end $$;
create function stage_close(proposal bigint) returns void
language plpgsql volatile security definer set search_path = public, pg_temp as $$
begin
    execute format('create index on staging.rows_%s using gist (geom)', proposal);
    execute format('create index on staging.rows_%s (proposal_id, row)', proposal);
    -- Known beforehand, so that attaching need not look at every row.
    execute format('alter table staging.rows_%1$s add check '
        '(proposal_id is not null and proposal_id = %1$s)', proposal);
    execute format('alter table proposal_parcel attach partition staging.rows_%1$s for values in (%1$s)', proposal);
    execute format('analyze staging.rows_%s', proposal);
end $$;
create function stage_drop(proposal bigint) returns void
language plpgsql volatile security definer set search_path = public, pg_temp as $$
begin
    execute format('drop table if exists staging.rows_%s', proposal);
end $$;
"""

FUNCTIONS = STAGE + LAND_STATE + ACCEPT + UNDO
DROP_FUNCTIONS = """
drop function stage_drop(bigint); drop function stage_close(bigint); drop function stage_open(bigint);
drop function land_undo(bigint, date, text, text); drop function land_accept(bigint, date, text);
drop function ground_state(integer); drop function land_state(integer);
"""
