/**
 * SQL of what lets a token in, as one text: it changes with each fact on which a request may be refused or is taken for
 * a shop's. Of the token `t` and its user `u`. Of names and counts it says nothing.
 */
export const ACCESS_FINGERPRINT = `hashtextextended(ROW(
  t.token_hash, t.integration_type, t.is_active, t.allowed_ips, t.rate_limit_per_minute, t.require_signature,
  t.expires_at <= now(), t.store_id, u.is_active,
  ARRAY(SELECT ROW(k.id, k.secret_sealed) FROM signing_keys k
         WHERE k.user_id = t.user_id AND k.token_id = t.id AND (k.expires_at IS NULL OR k.expires_at > now())
         ORDER BY k.id))::text, 0)::text`;
