-- Who is asking must be known before row-level security can know it, so these run with their owner's rights.
-- They answer one exact question each. The bodies are bound to this zone's tables when they are made.

create function zone_actor_of_person(asked uuid)
returns table (name text, zone_role text, businesses uuid[], roles text[])
language sql stable security definer set search_path from current
begin atomic
  select person.name, zone.role,
         array(select m.business_id from zone_membership m where m.person_id = person.id order by m.business_id),
         array(select m.role from zone_membership m where m.person_id = person.id order by m.business_id)
  from zone_person person
  left join zone_zone_membership zone on zone.person_id = person.id
  where person.id = asked and person.is_active;
end;

create function zone_actor_of_key(asked_prefix text)
returns table (id uuid, name text, secret_hash text, scopes text[], business_id uuid, person_id uuid, last_used_at timestamptz)
language sql stable security definer set search_path from current
begin atomic
  select k.id, k.name, k.secret_hash, k.scopes, k.business_id, k.person_id, k.last_used_at
  from zone_key k
  left join zone_business b on b.id = k.business_id
  where k.prefix = asked_prefix and k.revoked_at is null and b.status is distinct from 'suspended';
end;

-- Called once the secret was found right. A row that another request is stamping is left alone: one stamp is enough.
create function zone_key_used(asked uuid, at timestamptz) returns void
language sql volatile security definer set search_path from current
begin atomic
  update zone_key set last_used_at = at
  where zone_key.id in (select k.id from zone_key k where k.id = asked for update skip locked);
end;
