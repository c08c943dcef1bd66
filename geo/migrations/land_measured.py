"""The function that keeps what was measured of a project's land, beside `geo.migrations.land_writing`.

Placing parcels on axes and cutting them with a corridor is done in Python; the application writes none of these rows
itself. With definer's rights it may hand them over in the one transaction in which an import of that project was
accepted or taken back, and in no other; a connection in maintenance always may.
"""

from __future__ import annotations

# Only what differs is written, because each row that goes leaves a version behind.
FUNCTIONS = """
create function land_measured(
    project integer, parcels uuid[], axes integer[], parts integer[], from_ms float8[], to_ms float8[], sides text[],
    corridor integer, taken_parcels uuid[], taken float8[], rest float8[], largest float8[]
) returns void language plpgsql volatile security definer set search_path = public, pg_temp as $$
declare
    was text := coalesce(current_setting('duonggang.maintenance', true), '');
    now_changing bigint := nullif(current_setting('duonggang.change', true), '')::bigint;
begin
    perform set_config('duonggang.maintenance', 'on', true);
    if was <> 'on' and not exists (
        select from event e join project p on p.code = e.project_code
        where e.change = now_changing and p.id = project and e.kind in ('parcels.import', 'parcels.undo')
    ) then
        raise exception 'land of project % was not changed in this transaction', project using errcode = 'DG001';
    end if;
    delete from parcel_alignment gone where gone.project_id = project and not exists (
        select from unnest(parcels, axes, parts) f(p, a, n)
        where f.p = gone.parcel_id and f.a = gone.alignment_id and f.n = gone.part);
    insert into parcel_alignment as kept
        (parcel_id, alignment_id, part, from_m, to_m, side, project_id, case_id, ward_code)
    select q.id, f.a, f.n, f.b, f.e, f.s, q.project_id, q.case_id, q.ward_code
    from unnest(parcels, axes, parts, from_ms, to_ms, sides) f(p, a, n, b, e, s)
    join parcel q on q.id = f.p and q.project_id = project
    on conflict (parcel_id, alignment_id, part) do update
        set from_m = excluded.from_m, to_m = excluded.to_m, side = excluded.side
        where (kept.from_m, kept.to_m, kept.side) is distinct from (excluded.from_m, excluded.to_m, excluded.side);
    delete from taking gone using corridor c
        where c.id = gone.corridor_id and c.project_id = project
        and (gone.corridor_id is distinct from corridor or not gone.parcel_id = any (taken_parcels));
    insert into taking as kept (corridor_id, parcel_id, taken_m2, rest_m2, largest_rest_m2)
    select corridor, q.id, f.t, f.r, f.l from unnest(taken_parcels, taken, rest, largest) f(p, t, r, l)
    join parcel q on q.id = f.p and q.project_id = project
    on conflict (corridor_id, parcel_id) do update
        set taken_m2 = excluded.taken_m2, rest_m2 = excluded.rest_m2, largest_rest_m2 = excluded.largest_rest_m2
        where abs(kept.taken_m2 - excluded.taken_m2) > 0.01 or abs(kept.rest_m2 - excluded.rest_m2) > 0.01
           or abs(kept.largest_rest_m2 - excluded.largest_rest_m2) > 0.01;
    perform set_config('duonggang.maintenance', was, true);
end $$;
"""
DROP_FUNCTIONS = """
drop function land_measured(integer, uuid[], integer[], integer[], float8[], float8[], text[], integer, uuid[],
    float8[], float8[], float8[]);
"""
