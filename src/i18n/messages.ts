import type { Language } from './language';

/**
 * Every sentence that a person may read, in both languages. `{name}` is filled in by `say`.
 * The keys of errors are the stable codes that clients test for.
 */
const MESSAGES = {
  // errors
  validation_failed: { fa: 'داده‌های فرستاده‌شده درست نیست.', en: 'The data sent is not valid.' },
  malformed_json: { fa: 'بدنهٔ درخواست JSON درستی نیست.', en: 'The request body is not valid JSON.' },
  bad_request: { fa: 'درخواست درست نیست.', en: 'The request is not valid.' },
  not_found: { fa: 'یافت نشد.', en: 'Not found.' },
  unsupported_media_type: {
    fa: 'بدنهٔ درخواست باید application/json باشد.',
    en: 'The request body must be application/json.',
  },
  payload_too_large: { fa: 'بدنهٔ درخواست بزرگ‌تر از اندازهٔ مجاز است.', en: 'The request body is too large.' },
  too_many_requests: {
    fa: 'تعداد درخواست‌ها بیش از حد مجاز است؛ {seconds} ثانیه بعد دوباره تلاش کنید.',
    en: 'Too many requests; try again in {seconds} seconds.',
  },
  too_many_logins: {
    fa: 'تلاش‌های ناموفق برای ورود بیش از حد است؛ {seconds} ثانیه بعد دوباره تلاش کنید.',
    en: 'Too many failed logins; try again in {seconds} seconds.',
  },
  internal_error: { fa: 'خطایی در سرور رخ داد.', en: 'Something went wrong on the server.' },
  service_unavailable: { fa: 'سرویس آماده نیست.', en: 'The service is not ready.' },
  not_authenticated: { fa: 'برای این درخواست باید وارد شوید.', en: 'This request needs a login.' },
  session_invalid: { fa: 'نشست نامعتبر یا منقضی است.', en: 'The session is invalid or has expired.' },
  login_failed: {
    fa: 'ایمیل، نام کاربری یا گذرواژه نادرست است.',
    en: 'The e-mail, username or password is wrong.',
  },
  forbidden: { fa: 'اجازهٔ این کار را ندارید.', en: 'You may not do this.' },
  cross_origin: {
    fa: 'این درخواست از نشانی دیگری آمده است و پذیرفته نمی‌شود.',
    en: 'This request comes from another origin and is refused.',
  },
  account_exists: {
    fa: 'این ایمیل یا نام کاربری از آن حساب دیگری است.',
    en: 'This e-mail or username belongs to another account.',
  },
  own_account: {
    fa: 'این کار را با حساب خودتان نمی‌توانید بکنید.',
    en: 'You may not do this to your own account.',
  },
  token_missing: { fa: 'توکن اتصال فرستاده نشده است.', en: 'No integration token was sent.' },
  token_unknown: { fa: 'توکن اتصال ناشناخته است.', en: 'The integration token is unknown.' },
  token_inactive: { fa: 'توکن اتصال غیرفعال است.', en: 'The integration token is inactive.' },
  token_expired: { fa: 'توکن اتصال منقضی شده است.', en: 'The integration token has expired.' },
  signature_missing: {
    fa: 'این درخواست باید با webhook-id، webhook-timestamp و webhook-signature امضا شود.',
    en: 'This request must be signed, with webhook-id, webhook-timestamp and webhook-signature.',
  },
  signature_expired: {
    fa: 'زمان امضا (webhook-timestamp) نادرست است یا بیش از پنج دقیقه با ساعت سرور اختلاف دارد.',
    en: 'The time of the signature (webhook-timestamp) is not valid, or over five minutes from this server’s clock.',
  },
  signature_invalid: {
    fa: 'امضا با هیچ‌یک از کلیدهای معتبر این توکن نمی‌خواند.',
    en: 'The signature is by none of the valid signing keys of this token.',
  },
  signing_key_needed: {
    fa: 'این توکن کلید امضای معتبری ندارد؛ نخست یکی بسازید.',
    en: 'This token has no valid signing key; make one first.',
  },
  signing_keys_full: {
    fa: 'هر توکن حداکثر {max} کلید امضای معتبر دارد؛ نخست یکی را حذف کنید.',
    en: 'A token has at most {max} valid signing keys; remove one first.',
  },
  token_wrong_type: {
    fa: 'این توکن برای ووکامرس نیست.',
    en: 'This token is not for WooCommerce.',
  },
  webhook_signature_invalid: {
    fa: 'امضای این وب‌هوک با رمز این توکن سازگار نیست.',
    en: 'This webhook is not signed with the secret of this token.',
  },
  address_not_allowed: {
    fa: 'نشانی {address} در فهرست مجاز این توکن نیست.',
    en: 'The address {address} is not among those this token allows.',
  },
  store_unknown: {
    fa: 'این فروشگاه هنوز شناخته نیست؛ نخست یک محصول بفرستید.',
    en: 'This shop is not known yet; send a product first.',
  },
  event_not_failed: {
    fa: 'تنها رویداد ناموفق را می‌توان دوباره پردازش کرد.',
    en: 'Only a failed event can be retried.',
  },
  chunk_not_failed: {
    fa: 'تنها متنی را که پذیرفته نشده است می‌توان دوباره فرستاد.',
    en: 'Only a chunk that was refused can be retried.',
  },
  embedding_unavailable: {
    fa: 'سرویس جست‌وجوی معنایی پاسخ نمی‌دهد؛ کمی بعد دوباره تلاش کنید.',
    en: 'The embedding service does not answer; try again shortly.',
  },

  // field rules
  field_required: { fa: 'این مقدار لازم است.', en: 'This field is required.' },
  field_text: {
    fa: 'باید متنی با حداکثر {max} نویسه و بدون نویسهٔ NUL باشد.',
    en: 'Must be text of at most {max} characters, without NUL.',
  },
  field_text_required: {
    fa: 'باید متنی با ۱ تا {max} نویسه و بدون نویسهٔ NUL باشد.',
    en: 'Must be text of 1 to {max} characters, without NUL.',
  },
  field_identifier: {
    fa: 'باید شناسه‌ای با ۱ تا {max} نویسه و بدون نویسهٔ کنترلی باشد.',
    en: 'Must be an identifier of 1 to {max} characters without control characters.',
  },
  field_object: { fa: 'باید یک شیء JSON باشد.', en: 'Must be a JSON object.' },
  field_boolean: { fa: 'باید true یا false باشد.', en: 'Must be true or false.' },
  field_choice: { fa: 'باید یکی از این‌ها باشد: {values}.', en: 'Must be one of: {values}.' },
  field_product_id: {
    fa: 'باید عدد صحیحی از ۱ تا 9223372036854775807 باشد.',
    en: 'Must be a whole number from 1 to 9223372036854775807.',
  },
  field_money: {
    fa: 'باید عدد یا رشته‌ای ده‌دهی، صفر یا مثبت و با حداکثر {max} رقم باشد.',
    en: 'Must be a number or a decimal string, zero or positive, of at most {max} digits.',
  },
  field_quantity: { fa: 'باید عدد یا null باشد.', en: 'Must be a number or null.' },
  field_date: {
    fa: 'باید تاریخی در قالب ISO 8601 باشد.',
    en: 'Must be a date in ISO 8601 format.',
  },
  field_text_list: {
    fa: 'باید فهرستی از حداکثر {count} متن، هر یک با حداکثر {max} نویسه، باشد.',
    en: 'Must be a list of at most {count} texts of at most {max} characters each.',
  },
  field_list: {
    fa: 'باید فهرستی با {min} تا {max} عضو باشد.',
    en: 'Must be a list of {min} to {max} items.',
  },
  field_size: { fa: 'باید حداکثر {max} بایت باشد.', en: 'Must be at most {max} bytes.' },
  field_duplicate: { fa: 'پیش‌تر در همین فهرست آمده است.', en: 'Is in the list already.' },
  field_attributes: {
    fa: 'باید حداکثر {count} ویژگی به شکل «نام:مقدار»، هر یک با حداکثر {max} نویسه، باشد.',
    en: 'Must be at most {count} attributes as name:value, of at most {max} characters each.',
  },
  field_integer: {
    fa: 'باید عدد صحیحی از {min} تا {max} باشد.',
    en: 'Must be a whole number from {min} to {max}.',
  },
  field_currency: {
    fa: 'باید کد سه‌حرفی پول باشد: IRT برای تومان، IRR برای ریال.',
    en: 'Must be the three letters of a currency: IRT for toman, IRR for rial.',
  },
  field_decimal: {
    fa: 'باید عددی ده‌دهی و صفر یا مثبت باشد.',
    en: 'Must be a decimal number, zero or positive.',
  },
  field_address_list: {
    fa: 'باید فهرستی از نشانی‌های IP یا شبکه‌های CIDR باشد.',
    en: 'Must be a list of IP addresses or CIDR networks.',
  },
  field_url: { fa: 'باید نشانی http یا https باشد.', en: 'Must be an http or https address.' },
  field_email: { fa: 'باید نشانی ایمیل درستی باشد.', en: 'Must be an e-mail address.' },
  field_username: {
    fa: 'باید ۱ تا {max} نویسه، بی‌فاصله و بی‌@، باشد.',
    en: 'Must be 1 to {max} characters, with no space and no @.',
  },
  field_password: {
    fa: 'باید {min} تا {max} نویسه باشد.',
    en: 'Must be {min} to {max} characters.',
  },
  field_current_password: { fa: 'گذرواژهٔ کنونی نادرست است.', en: 'Is not the current password.' },
  field_future: { fa: 'باید زمانی در آینده باشد.', en: 'Must be in the future.' },
  field_id_list: {
    fa: 'باید فهرستی از حداکثر {count} شناسه، هر یک عددی صحیح از ۱ تا 9223372036854775807، باشد.',
    en: 'Must be a list of at most {count} ids, each a whole number from 1 to 9223372036854775807.',
  },
  field_id_list_required: {
    fa: 'باید فهرستی از ۱ تا {count} شناسه، هر یک عددی صحیح از ۱ تا 9223372036854775807، باشد.',
    en: 'Must be a list of 1 to {count} ids, each a whole number from 1 to 9223372036854775807.',
  },
  field_identifier_list: {
    fa: 'باید فهرستی از حداکثر {count} شناسه با ۱ تا {max} نویسه و بدون نویسهٔ کنترلی باشد.',
    en: 'Must be a list of at most {count} identifiers of 1 to {max} characters without control characters.',
  },
  field_manifest: {
    fa: 'یکی از buckets و entries لازم است، نه هر دو.',
    en: 'One of buckets and entries is required, and not both.',
  },
  field_buckets: {
    fa: 'باید فهرستی از درست {count} چکیدهٔ ۱۶رقمی در مبنای شانزده با حروف کوچک باشد.',
    en: 'Must be a list of exactly {count} digests of 16 hexadecimal digits in lower case.',
  },
  field_bucket_digest: {
    fa: 'باید ۱۶ رقم در مبنای شانزده با حروف کوچک باشد.',
    en: 'Must be 16 hexadecimal digits in lower case.',
  },
  field_entries_limit: {
    fa: 'در هر درخواست حداکثر {max} محصول جا دارد؛ سطل‌های بیشتری به کار برید یا چند درخواست بفرستید.',
    en: 'At most {max} products fit into a request: use more buckets, or several requests.',
  },
  field_entries: {
    fa: 'باید فهرستی از جفت‌های شناسهٔ محصول و چکیده باشد.',
    en: 'Must be a list of pairs of a product id and its digest.',
  },
  field_entry: {
    fa: 'باید جفتی از شناسهٔ محصول و چکیدهٔ ۳۲رقمی آن در مبنای شانزده با حروف کوچک باشد.',
    en: 'Must be a pair of a product id and its digest of 32 hexadecimal digits in lower case.',
  },
  field_entry_bucket: {
    fa: 'محصول {id} از سطل {bucket} است.',
    en: 'Product {id} belongs to bucket {bucket}.',
  },
  field_entry_twice: { fa: 'محصول {id} دو بار آمده است.', en: 'Product {id} is named twice.' },
  field_retry_scope: {
    fa: 'دست‌کم یک شرط لازم است، یا all با مقدار true.',
    en: 'At least one condition is required, or all as true.',
  },
  field_depth: { fa: 'بیش از {max} سطح تودرتو است.', en: 'Is nested deeper than {max} levels.' },
  field_unknown_user: { fa: 'چنین کاربری نیست.', en: 'There is no such user.' },
  field_email_or_username: {
    fa: 'ایمیل یا نام کاربری لازم است.',
    en: 'An e-mail or a username is required.',
  },

  // answers
  event_accepted: { fa: 'رویداد پذیرفته شد.', en: 'The event has been accepted.' },
  event_skipped: { fa: 'این رویداد پیش‌تر رسیده است.', en: 'This event has been received before.' },
  resync_started: {
    fa: 'از این پس هر تغییری که از فروشگاه برسد بر همهٔ تغییرهای پیشین مقدم است. اکنون همهٔ محصولات را دوباره بفرستید.',
    en: 'From now on what the shop sends wins over all that came before. Send all products again now.',
  },
  native_webhooks_taken: {
    fa: 'در ووکامرس برای هر یک از این موضوع‌ها یک وب‌هوک با این نشانی و رمز بسازید. رمز دیگر نشان داده نمی‌شود.',
    en: 'In WooCommerce, make a webhook with this address and secret for each of these topics. The secret is not shown again.',
  },
  webhook_ping: { fa: 'نشانی وب‌هوک درست است.', en: 'The address of the webhook is right.' },
  connection_ok: { fa: 'اتصال برقرار است.', en: 'The connection works.' },
  token_generated: {
    fa: 'توکن ساخته شد. همین حالا آن را ذخیره کنید؛ دیگر نشان داده نمی‌شود.',
    en: 'The token has been made. Save it now: it is not shown again.',
  },
  password_generated: {
    fa: 'گذرواژه ساخته شد. همین حالا آن را ذخیره کنید؛ دیگر نشان داده نمی‌شود.',
    en: 'The password has been made. Save it now: it is not shown again.',
  },
  password_changed: {
    fa: 'گذرواژه تغییر کرد و همهٔ نشست‌های این کاربر پایان یافت.',
    en: 'The password has been changed, and all sessions of this user have ended.',
  },
  signing_key_generated: {
    fa: 'کلید امضا ساخته شد. همین حالا آن را ذخیره کنید؛ دیگر نشان داده نمی‌شود.',
    en: 'The signing key has been made. Save it now: it is not shown again.',
  },
  chunks_requeued: {
    fa: 'متن‌های پذیرفته‌نشده دوباره در صف قرار گرفت.',
    en: 'The chunks that were refused have been queued again.',
  },
  events_requeued: {
    fa: '{count} رویداد دوباره در صف قرار گرفت.',
    en: 'Queued again: {count} events.',
  },
  event_requeued: { fa: 'رویداد دوباره در صف قرار گرفت.', en: 'The event has been queued again.' },

  // displays
  'product.created': { fa: 'ایجاد محصول', en: 'Product created' },
  'product.updated': { fa: 'به‌روزرسانی محصول', en: 'Product updated' },
  'product.deleted': { fa: 'حذف محصول', en: 'Product deleted' },
  'action_session.opened': { fa: 'ورود', en: 'Login' },
  'action_session.closed': { fa: 'خروج', en: 'Logout' },
  'action_password.changed': { fa: 'تغییر گذرواژهٔ خود', en: 'Own password changed' },
  'action_user.created': { fa: 'ساخت کاربر', en: 'User created' },
  'action_user.changed': { fa: 'تغییر کاربر', en: 'User changed' },
  'action_user.password_reset': { fa: 'گذرواژهٔ تازه برای کاربر', en: 'User given a new password' },
  'action_token.generated': { fa: 'ساخت توکن', en: 'Token made' },
  'action_token.changed': { fa: 'تغییر توکن', en: 'Token changed' },
  'action_token.deactivated': { fa: 'غیرفعال کردن توکن', en: 'Token deactivated' },
  'action_token.rotated': { fa: 'تعویض رمز توکن', en: 'Token given a new secret' },
  'action_signing_key.created': { fa: 'ساخت کلید امضا', en: 'Signing key made' },
  'action_signing_key.removed': { fa: 'حذف کلید امضا', en: 'Signing key removed' },
  'action_native_webhooks.taken': { fa: 'پذیرش وب‌هوک‌های ووکامرس', en: 'Native webhooks taken' },
  'action_native_webhooks.refused': { fa: 'پایان پذیرش وب‌هوک‌های ووکامرس', en: 'Native webhooks refused' },
  'action_event.retried': { fa: 'پردازش دوبارهٔ رویداد', en: 'Event retried' },
  'action_events.retried': { fa: 'پردازش دوبارهٔ رویدادها', en: 'Events retried' },
  'action_chunk.retried': { fa: 'ارسال دوبارهٔ متن', en: 'Chunk retried' },
  'action_chunks.retried': { fa: 'ارسال دوبارهٔ متن‌ها', en: 'Chunks retried' },
  'action_store.resynced': { fa: 'ملاک شدن وضعیت فروشگاه', en: 'Shop resynced' },
  'action_queues.changed': { fa: 'دخالت در صف‌ها', en: 'Queues changed' },
  woocommerce: { fa: 'ووکامرس', en: 'WooCommerce' },
  shopify: { fa: 'شاپیفای', en: 'Shopify' },
  type_simple: { fa: 'ساده', en: 'Simple' },
  type_variable: { fa: 'متغیر', en: 'Variable' },
  type_grouped: { fa: 'گروهی', en: 'Grouped' },
  type_external: { fa: 'خارجی', en: 'External' },
  type_virtual: { fa: 'مجازی', en: 'Virtual' },
  currency_IRT: { fa: 'تومان', en: 'Toman' },
  currency_IRR: { fa: 'ریال', en: 'Rial' },
  currency_USD: { fa: 'دلار', en: 'US dollar' },
  currency_EUR: { fa: 'یورو', en: 'Euro' },
  discount_sentence: {
    fa: '{percentage}٪ تخفیف ({amount} {currency})',
    en: '{percentage}% off ({amount} {currency})',
  },
} as const satisfies Record<string, Record<Language, string>>;

export type MessageKey = keyof typeof MESSAGES;
export type MessageValues = Record<string, string | number>;

/** The sentence of a key, with its `{places}` filled in. */
export function say(language: Language, key: MessageKey, values: MessageValues = {}): string {
  return MESSAGES[key][language].replace(/\{(\w+)\}/g, (_, name: string) => String(values[name] ?? ''));
}

/** The display of a stored value, such as a product type; the value itself where there is no translation. */
export function display(language: Language, prefix: string, value: string): string {
  const key = `${prefix}${value}`;
  return key in MESSAGES ? MESSAGES[key as MessageKey][language] : value;
}
