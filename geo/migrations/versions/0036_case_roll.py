"""Who of a case must be served and who is paid, as codes: the law asks for them whoever reads

Revision: 0036
Follows: 0033
"""

from __future__ import annotations

from alembic import op

from geo.migrations import access

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None

# Parties are rows about people, which many roles may not read, and a lawful day must not differ by who asks: so the
# codes alone (P1, P2), of cases in the reader's reach. To be served: holders, users, owners of assets, persons with
# rights and heirs (Land Law Art. 87(2)(b)); a household and a representative stand behind one of these. Paid: the
# owners of the lines of the last plan; nobody is named where a line names none. As known where the session looks back.
ROLL = f"""
create function case_roll(cases int[]) returns table (case_id int, people text[], payees text[])
language plpgsql volatile security definer set search_path = public, pg_temp as $$
declare
    was text := coalesce(current_setting('duonggang.maintenance', true), '');
    place text := case when coalesce(current_setting('duonggang.known', true), '') = '' then 'public'
                       else 'past_view' end;
begin
    perform set_config('duonggang.maintenance', 'on', true);
    return query execute replace($q$
        with served as (
            select case_id, array_agg(code order by length(code), code) as codes from PLACE.case_party
            where case_id = any($1) and active and ($2 or {access.CASE_ROWS})
              and role in ('holder', 'co_holder', 'user', 'asset_owner', 'rights', 'heir')
            group by case_id
        ), line as (
            select case_id, plan, party, max(plan) over (partition by case_id) as newest from PLACE.compensation_line
            where case_id = any($1) and ($2 or {access.CASE_ROWS})
        ), paid as (
            select case_id, array_agg(distinct party order by party) as codes from line where plan = newest
            group by case_id having bool_and(party is not null)
        )
        select c.id, coalesce(s.codes, array[]::text[]), coalesce(p.codes, array[]::text[])
        from unnest($1) c(id) left join served s on s.case_id = c.id left join paid p on p.case_id = c.id
        $q$, 'PLACE.', place || '.') using cases, was = 'on';
    perform set_config('duonggang.maintenance', was, true);
end $$;
revoke execute on function case_roll(int[]) from public;
grant execute on function case_roll(int[]) to {access.APP};
"""


def upgrade() -> None:
    op.get_bind().exec_driver_sql(ROLL)


def downgrade() -> None:
    op.execute("drop function case_roll(int[])")
