/**
 * The plugin's texts in Persian, by the English text as it stands in the code. A text with a plural is found by its
 * singular, and has both forms. `\u200e` keeps the marks at the end of a Latin word on its right.
 */
export const FA_IR: Record<string, string | [string, string]> = {
  // Settings page: state of the connection
  'Connect your shop to Fiko': 'فروشگاه خود را به فیکو وصل کنید',
  'Connected to Fiko': 'به فیکو متصل است',
  'Fiko does not answer; the sync waits and goes on by itself':
    'فیکو پاسخ نمی‌دهد؛ همگام‌سازی منتظر می‌ماند و خودکار ادامه پیدا می‌کند',
  'The sync has stopped and needs your attention': 'همگام‌سازی متوقف شده و نیازمند رسیدگی شماست',
  'Enter the API URL and the API token that you received from Fiko, and save.':
    'نشانی API و توکن API را که از فیکو گرفته‌اید وارد و ذخیره کنید.',
  'See that the connection test succeeds.': 'مطمئن شوید که آزمایش اتصال موفق است.',
  'Start the first sync of all products.': 'همگام‌سازی اولیهٔ همهٔ محصولات را شروع کنید.',
  Since: 'آغاز مشکل',
  'Next try': 'تلاش بعدی',
  'What you see may be out of date': 'آنچه می‌بینید شاید به‌روز نباشد',
  'The settings could not be loaded': 'تنظیمات بارگذاری نشد',
  'Try again': 'تلاش دوباره',
  'Loading…': 'در حال بارگذاری…',
  'WordPress could not be reached. Check your internet connection, and that no security plugin blocks the REST API.':
    'ارتباط با وردپرس برقرار نشد. اتصال اینترنت خود را بررسی کنید و مطمئن شوید که هیچ افزونهٔ امنیتی REST API را نبسته است.',

  // Settings page: connection
  Connection: 'اتصال',
  Account: 'حساب کاربری',
  Token: 'توکن',
  Shop: 'فروشگاه',
  'The connection works.': 'اتصال برقرار است.',
  'The connection does not work.': 'اتصال برقرار نشد.',
  'API URL': 'نشانی API',
  'As you received it from Fiko; it begins with https://':
    'همان نشانی که از فیکو گرفته‌اید؛ با https://\u200e شروع می‌شود',
  'API token': 'توکن API',
  'Saved – leave empty to keep': 'ذخیره شده – برای حفظ آن خالی بگذارید',
  'The token is set in wp-config.php and can only be changed there.':
    'توکن در فایل wp-config.php تنظیم شده و فقط از همان‌جا قابل تغییر است.',
  'Made in your Fiko account. It is never shown again here.':
    'آن را در حساب فیکوی خود بسازید. پس از ذخیره دیگر در اینجا نمایش داده نمی‌شود.',
  'Write a log': 'ثبت گزارش (لاگ)',
  'For finding faults: what is sent and answered, under WooCommerce › Status › Logs. Tokens are never written.':
    'برای عیب‌یابی: ارسال‌ها و پاسخ‌ها در «ووکامرس › وضعیت › گزارش‌ها» ثبت می‌شوند. توکن‌ها هرگز ثبت نمی‌شوند.',
  Advanced: 'تنظیمات پیشرفته',
  'Signing secret (optional)': 'کلید امضا (اختیاری)',
  'Begins with whsec_. With it, each request is signed, so that nobody else can send in the name of your shop.':
    'با whsec_\u200e شروع می‌شود. با آن هر درخواست امضا می‌شود تا کس دیگری نتواند به نام فروشگاه شما چیزی بفرستد.',
  'Remove the stored signing secret when saving': 'کلید امضای ذخیره‌شده هنگام ذخیره حذف شود',
  'Test connection': 'آزمایش اتصال',
  Save: 'ذخیره',
  'There are unsaved changes.': 'تغییرات ذخیره‌نشده وجود دارد.',
  'Settings saved.': 'تنظیمات ذخیره شد.',

  // Settings page: first sync
  'First sync': 'همگام‌سازی اولیه',
  'Sends all products of the shop to Fiko once. After that, each change is sent by itself.':
    'همهٔ محصولات فروشگاه را یک بار به فیکو می‌فرستد. پس از آن هر تغییری خودکار فرستاده می‌شود.',
  'You may close this page: the sync goes on in the background. While the page is open it is faster on some hosts.':
    'می‌توانید این صفحه را ببندید؛ همگام‌سازی در پس‌زمینه ادامه پیدا می‌کند. در بعضی هاست‌ها با باز ماندن صفحه سریع‌تر پیش می‌رود.',
  'Not running': 'در حال اجرا نیست',
  'Sending all products…': 'در حال ارسال همهٔ محصولات…',
  Paused: 'مکث شده',
  Finished: 'پایان یافت',
  Handled: 'انجام‌شده',
  Pause: 'مکث',
  Resume: 'ادامه',
  Stop: 'توقف',
  'Start the first sync': 'شروع همگام‌سازی اولیه',
  'Send all products again': 'ارسال دوبارهٔ همهٔ محصولات',
  'Send all products again?': 'همهٔ محصولات دوباره فرستاده شوند؟',
  'Send all': 'ارسال همه',
  'All products were sent before, and changes are sent by themselves. “Compare now” finds what is missing with far fewer requests.':
    'همهٔ محصولات پیش‌تر فرستاده شده‌اند و تغییرات خودکار فرستاده می‌شوند. «مقایسه کن» با درخواست‌های بسیار کمتر، کمبودها را پیدا می‌کند.',
  'Stop the sync?': 'همگام‌سازی متوقف شود؟',
  'What was sent stays in Fiko. When you start again, it begins with the first product.':
    'آنچه فرستاده شده در فیکو می‌ماند. اگر دوباره شروع کنید، ارسال از اولین محصول آغاز می‌شود.',
  Cancel: 'انصراف',
  '%1$s of %2$s products (%3$s)': '%1$s از %2$s محصول (%3$s)',
  'None failed.': 'بدون خطا.',
  'Failed: %s': 'ناموفق: %s',
  'Estimating the time left…': 'در حال برآورد زمان باقی‌مانده…',
  'Less than a minute left': 'کمتر از یک دقیقه مانده',
  'About %s minute left': ['حدود %s دقیقه مانده', 'حدود %s دقیقه مانده'],
  'About %s hour left': ['حدود %s ساعت مانده', 'حدود %s ساعت مانده'],
  'First sync: %1$s %2$s': 'همگام‌سازی اولیه: %1$s %2$s',
  'The first sync was stopped.': 'همگام‌سازی اولیه متوقف شد.',
  'Save the API URL and the API token first.': 'ابتدا نشانی API و توکن API را ذخیره کنید.',
  'Fix the connection first; the message above says how.':
    'ابتدا مشکل اتصال را برطرف کنید؛ راه حل در پیام بالای صفحه آمده است.',
  'in less than a minute': 'تا کمتر از یک دقیقهٔ دیگر',
  'less than a minute ago': 'کمتر از یک دقیقه پیش',

  // Settings page: comparison
  'Compare the shop with Fiko': 'مقایسهٔ فروشگاه با فیکو',
  'Finds products that are missing, old or no longer wanted in Fiko, and sends only these. It is done once a day by itself.':
    'محصولاتی را که در فیکو نیستند، قدیمی‌اند یا دیگر نباید باشند پیدا می‌کند و فقط همان‌ها را می‌فرستد. این کار هر روز یک بار خودکار انجام می‌شود.',
  'Comparing…': 'در حال مقایسه…',
  'The comparison has begun.': 'مقایسه آغاز شد.',
  'The comparison has finished.': 'مقایسه پایان یافت.',
  'The last comparison failed: %s': 'آخرین مقایسه ناموفق بود: %s',
  'Last compared': 'آخرین مقایسه',
  'Sent again': 'دوباره فرستاده‌شده',
  'Deleted from Fiko': 'حذف‌شده از فیکو',
  'Not compared yet.': 'هنوز مقایسه‌ای انجام نشده است.',
  'Compare now': 'مقایسه کن',

  // Settings page: totals
  Products: 'محصولات',
  'There is %s product in the shop.': ['فروشگاه %s محصول دارد.', 'فروشگاه %s محصول دارد.'],
  '%1$s – %2$s: show in the products list': '%1$s – %2$s: نمایش در فهرست محصولات',
  Synced: 'همگام',
  Waiting: 'در انتظار',
  Failed: 'ناموفق',
  'Left out': 'کنار گذاشته‌شده',
  'Never sent': 'فرستاده‌نشده',
  'Fiko has the latest version.': 'فیکو آخرین نسخه را دارد.',
  'To be sent soon, or being processed.': 'به‌زودی فرستاده می‌شود یا در حال پردازش است.',
  'Not accepted; the reason is below.': 'پذیرفته نشده؛ علت در پایین آمده است.',
  'Drafts, private, hidden and password-protected products.': 'پیش‌نویس‌ها و محصولات خصوصی، پنهان یا رمزدار.',
  'The first sync sends them.': 'همگام‌سازی اولیه آن‌ها را می‌فرستد.',

  // Settings page: errors
  'Latest errors': 'آخرین خطاها',
  'No errors: every product that was sent was accepted.':
    'خطایی نیست: همهٔ محصولات فرستاده‌شده پذیرفته شده‌اند.',
  Product: 'محصول',
  Reason: 'علت',
  Time: 'زمان',
  Action: 'عملیات',
  Retry: 'تلاش دوباره',
  'Retry: %s': 'تلاش دوباره: %s',
  'Retry all': 'تلاش دوباره برای همه',
  '%s will be sent again.': '«%s» دوباره فرستاده می‌شود.',
  'All failed products will be sent again.': 'همهٔ محصولات ناموفق دوباره فرستاده می‌شوند.',
  'Show all failed products (%s)': 'نمایش همهٔ محصولات ناموفق (%s)',

  // Products list
  'Sending to Fiko…': 'در حال ارسال به فیکو…',
  '%1$s (%2$s)': '%1$s (%2$s)',
};
