-- Deletes at most `most` checkpoints with their cosignatures, oldest first, and says how many. It runs with its owner's
-- rights and holds the rule itself, whoever calls it with whatever: see the note in actions/pruning.py.

create function log_prune_checkpoints(before timestamptz, most bigint) returns bigint
language sql volatile security definer set search_path from current
begin atomic
  with kept as (
    select max(size) as size from log_checkpoint
    union select max(size) from log_checkpoint group by (at at time zone 'UTC')::date
    union select max(s.size) from log_cosignature s join log_checkpoint c on c.size = s.size
          group by s.witness_id, (c.at at time zone 'UTC')::date
    union select size from log_anchor where state = 'held'
  ), old as (
    select c.size from log_checkpoint c
    where c.at < least(before, now() - interval '30 days') and not exists (select from kept where kept.size = c.size)
    order by c.size limit most
  ), gone as (
    delete from log_checkpoint where size in (select old.size from old) returning size
  ), lines as (
    delete from log_cosignature where size in (select gone.size from gone)
  )
  select count(*) from gone;
end;
