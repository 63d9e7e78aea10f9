/**
 * The plugin's texts in Persian, by the English text as it stands in the code. A text with a plural is found by its
 * singular, and has both forms. `\u200e` keeps the marks at the end of a Latin word on its right.
 */
export const FA_IR: Record<string, string | [string, string]> = {
  // Settings page: state of the connection
  'Connect your shop to Fiko': 'فروشگاه خود را به فیکو وصل کنید',
  'Connected to Fiko': 'به فیکو متصل است',
  'The sync is waiting, and goes on by itself': 'همگام‌سازی در انتظار است و خودکار ادامه پیدا می‌کند',
  'The sync is waiting; check the API URL': 'همگام‌سازی منتظر است؛ نشانی API را بررسی کنید',
  'The sync has stopped and needs your attention': 'همگام‌سازی متوقف شده و نیازمند رسیدگی شماست',
  'Enter the API URL and the API token that you received from Fiko, and save.':
    'نشانی API و توکن API را که از فیکو گرفته‌اید وارد و ذخیره کنید.',
  'See that the connection test succeeds.': 'مطمئن شوید که آزمایش اتصال موفق است.',
  'Start the first sync of all products.': 'همگام‌سازی اولیهٔ همهٔ محصولات را شروع کنید.',
  'The shop has moved to this address': 'فروشگاه به این نشانی منتقل شده است',
  'All products are sent again with the new address. If this site is a copy or for testing, cancel.':
    'همهٔ محصولات با نشانی تازه دوباره فرستاده می‌شوند. اگر این سایت نسخهٔ کپی یا آزمایشی است، انصراف دهید.',
  Since: 'آغاز مشکل',
  'Next try': 'تلاش بعدی',
  'What you see may be out of date': 'آنچه می‌بینید شاید به‌روز نباشد',
  'The settings could not be loaded': 'تنظیمات بارگذاری نشد',
  'Try again': 'تلاش دوباره',
  'Loading…': 'در حال بارگذاری…',
  'WordPress could not be reached. Check your internet connection, and that no security plugin blocks the REST API.':
    'ارتباط با وردپرس برقرار نشد. اتصال اینترنت خود را بررسی کنید و مطمئن شوید که هیچ افزونهٔ امنیتی REST API را نبسته است.',
  'WordPress had a fault while doing this. Details are under WooCommerce › Status › Logs.':
    'وردپرس در انجام این کار دچار خطا شد. جزئیات در «ووکامرس › وضعیت › گزارش‌ها» است.',
  'Your session in WordPress has ended. Reload the page and log in.':
    'نشست شما در وردپرس پایان یافته است. صفحه را دوباره بارگذاری کنید و وارد شوید.',
  'Perhaps a security plugin has closed the REST API.': 'شاید یک افزونهٔ امنیتی REST API را بسته است.',

  // Settings page: connection
  Connection: 'اتصال',
  Account: 'حساب کاربری',
  Token: 'توکن',
  Shop: 'فروشگاه',
  'The connection works.': 'اتصال برقرار است.',
  'The connection does not work.': 'اتصال برقرار نشد.',
  'API URL': 'نشانی API',
  'As you received it from Fiko, for example https://fiko.example.com':
    'همان نشانی که از فیکو گرفته‌اید؛ برای نمونه https://fiko.example.com',
  'API token': 'توکن API',
  'Saved – leave empty to keep': 'ذخیره شده – برای حفظ آن خالی بگذارید',
  'The token is set in wp-config.php and can only be changed there.':
    'توکن در فایل wp-config.php تنظیم شده و فقط از همان‌جا قابل تغییر است.',
  'From your Fiko panel. It is never shown again here.':
    'آن را از پنل فیکو بردارید. پس از ذخیره دیگر در اینجا نمایش داده نمی‌شود.',
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
  'Enter the API URL.': 'نشانی API را وارد کنید.',
  'Testing the connection…': 'در حال آزمایش اتصال…',
  'Saving…': 'در حال ذخیره…',
  'Save without an API URL?': 'بدون نشانی API ذخیره شود؟',
  'Without an address, nothing more is sent to Fiko. Do you want to go on?':
    'با خالی گذاشتن نشانی، ارسال به فیکو متوقف می‌شود. ادامه می‌دهید؟',
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
  Paused: 'موقتاً متوقف',
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
    'همهٔ محصولات پیش‌تر فرستاده شده‌اند و تغییرات خودکار فرستاده می‌شوند. «شروع مقایسه» با درخواست‌های بسیار کمتر، کمبودها را پیدا می‌کند.',
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
  'in less than a minute': 'کمتر از یک دقیقهٔ دیگر',
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
  'Compare now': 'شروع مقایسه',

  // Settings page: totals
  Products: 'محصولات',
  'There is %s product in the shop.': ['فروشگاه %s محصول دارد.', 'فروشگاه %s محصول دارد.'],
  '%1$s – %2$s: show in the products list': '%1$s – %2$s: نمایش در فهرست محصولات',
  'plus %s deletion': ['به‌علاوهٔ %s حذف', 'به‌علاوهٔ %s حذف'],
  Synced: 'همگام',
  Waiting: 'در انتظار',
  Failed: 'ناموفق',
  'Left out': 'کنار گذاشته‌شده',
  'Never sent': 'فرستاده‌نشده',
  'Fiko has the latest version.': 'فیکو آخرین نسخه را دارد.',
  'To be sent soon, or being processed.': 'به‌زودی فرستاده می‌شود یا در حال پردازش است.',
  'Not accepted; the reason is below.': 'پذیرفته نشده؛ علت در پایین آمده است.',
  'Drafts, private, hidden and password-protected products, and those that an extension leaves out.':
    'پیش‌نویس‌ها، محصولات خصوصی، پنهان یا رمزدار و آن‌هایی که افزونه‌ای کنار گذاشته است.',
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

  // The plugin
  'Fiko WooCommerce Sync': 'همگام‌سازی ووکامرس با فیکو',
  'Keeps the knowledge of your Fiko shop assistant in step with your WooCommerce products.':
    'دانش دستیار فروشگاهی فیکوی شما را با محصولات ووکامرس همگام نگه می‌دارد.',
  'Fiko WooCommerce Sync needs WooCommerce. Install and activate WooCommerce to use it.':
    'افزونهٔ همگام‌سازی فیکو به ووکامرس نیاز دارد. برای استفاده از آن، ووکامرس را نصب و فعال کنید.',
  'Product changes are not sent to Fiko.': 'تغییرات محصولات به فیکو فرستاده نمی‌شود.',
  'Open the settings': 'باز کردن تنظیمات',
  'Fiko Sync': 'فیکو Sync',
  Settings: 'تنظیمات',
  'This page needs JavaScript.': 'این صفحه به جاوااسکریپت نیاز دارد.',
  'You may not do this.': 'اجازهٔ این کار را ندارید.',

  // Connection
  'Connected.': 'اتصال برقرار است.',
  'The shop is not connected yet.': 'فروشگاه هنوز متصل نشده است.',
  'Enter the API address and the API token from your Fiko panel.':
    'نشانی API و توکن API را از پنل فیکو بردارید و وارد کنید.',
  'This shop was connected as %1$s and is now at %2$s. Nothing is sent.':
    'این فروشگاه با نشانی %1$s متصل شده بود و اکنون در %2$s است. چیزی فرستاده نمی‌شود.',
  'If the shop has moved, confirm its new address. If this is a copy of the shop or a test, leave it so, or deactivate the plugin here.':
    'اگر فروشگاه جابه‌جا شده است، نشانی تازه را تأیید کنید. اگر این نسخهٔ کپی یا آزمایشی است، کاری نکنید یا افزونه را اینجا غیرفعال کنید.',
  'The server does not accept the token.': 'سرور این توکن را نمی‌پذیرد.',
  'Generate a new token in your Fiko panel, enter it here and save. What has changed meanwhile is sent then.':
    'در پنل فیکو توکن تازه‌ای بسازید، اینجا وارد و ذخیره کنید. سپس هرچه در این مدت تغییر کرده فرستاده می‌شود.',
  'The server does not accept requests from this shop’s address.':
    'سرور درخواست‌های نشانی این فروشگاه را نمی‌پذیرد.',
  'Add the IP address of this web host to the allowed addresses of the token in your Fiko panel, or empty that list. Then test the connection.':
    'نشانی IP این هاست را در پنل فیکو به نشانی‌های مجاز توکن اضافه کنید یا آن فهرست را خالی کنید. سپس اتصال را آزمایش کنید.',
  'The server does not accept the signature.': 'سرور امضای درخواست را نمی‌پذیرد.',
  'Enter the signing secret that your Fiko panel shows for this token, and check that this server’s clock is right.':
    'کلید امضایی را که پنل فیکو برای این توکن نشان می‌دهد وارد کنید و مطمئن شوید که ساعت این هاست درست است.',
  'There is an answer at this address, but not from a Fiko server.':
    'این نشانی پاسخ می‌دهد، اما پاسخ از سرور فیکو نیست.',
  'Check the API address. A firewall or a maintenance page before the server answers so too.':
    'نشانی API را بررسی کنید. دیوارهٔ آتش یا صفحهٔ «در حال به‌روزرسانی» هم همین‌طور پاسخ می‌دهد.',
  'The server redirects to another address.': 'سرور به نشانی دیگری هدایت می‌کند.',
  'Enter the address that it redirects to: %s': 'نشانی مقصد را وارد کنید: %s',
  'The server asks to go slower.': 'سرور خواسته است آهسته‌تر فرستاده شود.',
  'Nothing is to be done: sending goes on by itself.':
    'لازم نیست کاری بکنید: ارسال خودکار ادامه پیدا می‌کند.',
  'The server has a fault.': 'سرور دچار خطا شده است.',
  'Nothing is lost: what changes is kept here and sent when the server works again.':
    'چیزی از دست نمی‌رود: تغییرات همین‌جا نگه داشته می‌شود و با برطرف شدن مشکل سرور فرستاده می‌شود.',
  'The server cannot be reached: %s': 'ارتباط با سرور برقرار نشد: %s',
  'Check the API address, and whether this web host may open connections to it. What changes is kept here and sent when the server can be reached.':
    'نشانی API را بررسی کنید و از هاست بپرسید که آیا اتصال به آن باز است. تغییرات همین‌جا نگه داشته می‌شود و با برقراری ارتباط فرستاده می‌شود.',
  'The server refuses: %s': 'سرور نمی‌پذیرد: %s',
  'Update the plugin. If that does not help, tell your provider this message.':
    'افزونه را به‌روز کنید. اگر مشکل برطرف نشد، این پیام را به پشتیبانی بفرستید.',
  'The server refuses this shop.': 'سرور این فروشگاه را نمی‌پذیرد.',
  'Connect the shop first: enter address and token, and save.':
    'ابتدا فروشگاه را متصل کنید: نشانی و توکن را وارد و ذخیره کنید.',
  'Enter the address of your Fiko server, for example https://fiko.example.com.':
    'نشانی سرور فیکو را وارد کنید، برای نمونه https://fiko.example.com.',
  'This is not a token. Copy it again, whole and without spaces.':
    'این توکن نیست. دوباره آن را کامل و بدون فاصله کپی کنید.',
  'This is another server: enter its token.': 'این سرور دیگری است: توکن همان سرور را وارد کنید.',
  'This is not a signing secret. It begins with whsec_.':
    'این کلید امضا نیست. کلید امضا با whsec_\u200e شروع می‌شود.',

  // States of a product
  'The product’s texts are too long: %1$s, at most %2$s can be sent.':
    'متن‌های محصول بیش از اندازه بلند است: %1$s؛ حداکثر %2$s فرستاده می‌شود.',
  'Reading this product was cut short several times; perhaps PHP has too little memory, or another plugin stops it.':
    'خواندن این محصول چند بار نیمه‌کاره ماند؛ شاید حافظهٔ PHP کم است یا افزونهٔ دیگری آن را متوقف می‌کند.',
  'The assistant knows this product.': 'دستیار این محصول را می‌شناسد.',
  'The assistant knows this product. Last update: %s': 'دستیار این محصول را می‌شناسد. آخرین به‌روزرسانی: %s',
  'Waiting to be sent again: %s': 'در انتظار ارسال دوباره: %s',
  'Waiting to be sent.': 'در انتظار ارسال.',
  'Sent; the assistant is learning it.': 'فرستاده شد؛ دستیار در حال یادگیری آن است.',
  'Not told to the assistant: the product is a draft, private, hidden or protected by a password, or was left out.':
    'به دستیار گفته نمی‌شود: پیش‌نویس، خصوصی، پنهان یا رمزدار است یا کنار گذاشته شده.',
  'Never sent.': 'هرگز فرستاده نشده است.',

  // Products list
  Fiko: 'فیکو',
  'Fiko: all': 'فیکو: همه',
  'Fiko: known to the assistant': 'فیکو: شناخته‌شده برای دستیار',
  'Fiko: waiting': 'فیکو: در انتظار',
  'Fiko: failed': 'فیکو: ناموفق',
  'Fiko: not sent': 'فیکو: فرستاده‌نشده',
  'Fiko: not for the assistant': 'فیکو: کنار گذاشته‌شده',
  'Filter by state in Fiko': 'پالایش بر اساس وضعیت در فیکو',
  'Sync now': 'همگام‌سازی',
  'Sync “%s” with Fiko now': 'همگام‌سازی «%s» با فیکو',
  'Sync with Fiko now': 'همگام‌سازی با فیکو',
  '%s product will be sent to Fiko.': [
    '%s محصول به فیکو فرستاده می‌شود.',
    '%s محصول به فیکو فرستاده می‌شود.',
  ],

  // WP-CLI
  'Either --all or --ids.': 'یا --all یا --ids، نه هر دو.',
  'No product is named. Use --ids=1,2,3.': 'محصولی نام برده نشده است. مانند --ids=1,2,3 بنویسید.',
  'No products: %s.': 'این‌ها محصول نیستند: %s.',
  'Sending products': 'ارسال محصولات',
  '%1$d products sent, %2$d failed.': '%1$d محصول فرستاده شد، %2$d ناموفق.',
  '%1$d products sent, %2$d failed, %3$d waiting.': '%1$d محصول فرستاده شد، %2$d ناموفق، %3$d در انتظار.',
  'Comparing products': 'مقایسهٔ محصولات',
  'The comparison did not end.': 'مقایسه به پایان نرسید.',
  'Compared: %1$d products differed and were sent, %2$d that the shop no longer has were removed.':
    'مقایسه شد: %1$d محصول تفاوت داشت و فرستاده شد؛ %2$d محصول که دیگر در فروشگاه نیست حذف شد.',

  // Site Health and privacy
  'Product changes reach Fiko': 'تغییرات محصولات به فیکو می‌رسد',
  'The shop is connected, and no change has waited for long.':
    'فروشگاه متصل است و هیچ تغییری مدت زیادی منتظر نمانده است.',
  'The shop is not connected with Fiko': 'فروشگاه به فیکو متصل نیست',
  'Product changes do not reach Fiko': 'تغییرات محصولات به فیکو نمی‌رسد',
  'Product changes wait for long before they are sent to Fiko':
    'تغییرات محصولات پیش از ارسال به فیکو مدت زیادی منتظر می‌مانند',
  'The background work of this site does not run often enough. See WooCommerce → Status → Scheduled Actions, and let your host call wp-cron.php every minute.':
    'کارهای پس‌زمینهٔ این سایت به‌اندازهٔ کافی اجرا نمی‌شود. «ووکامرس ← وضعیت ← اقدامات زمان‌بندی‌شده» را ببینید و از هاست بخواهید wp-cron.php را هر دقیقه اجرا کند.',
  Version: 'نسخه',
  Server: 'سرور',
  none: 'هیچ',
  saved: 'ذخیره شده',
  'Signed requests': 'درخواست‌های امضاشده',
  no: 'خیر',
  yes: 'بله',
  'Longest wait': 'طولانی‌ترین انتظار',
  'We send the data of our published products (names, texts, prices, stock, pictures) to the Fiko service, so that its assistant can answer questions about them. No data of customers or orders is sent.':
    'دادهٔ محصولات منتشرشدهٔ خود (نام، متن، قیمت، موجودی و تصویر) را به سرویس فیکو می‌فرستیم تا دستیار آن بتواند به پرسش‌ها دربارهٔ آن‌ها پاسخ دهد. هیچ داده‌ای از مشتریان و سفارش‌ها فرستاده نمی‌شود.',

  // Connection and table
  'The plugin’s table could not be made in the database. Product changes are neither noted nor sent.':
    'جدول افزونه در پایگاه داده ساخته نشد؛ تغییر محصولات ثبت و فرستاده نمی‌شود.',
  'Ask your host to allow WordPress’s database user to create tables (CREATE), and to look whether there is room left. Then open this page again.':
    'از پشتیبانی هاست بخواهید به کاربر پایگاه دادهٔ وردپرس اجازهٔ ساخت جدول (CREATE) بدهد و فضای خالی آن را بررسی کند؛ سپس این صفحه را دوباره باز کنید.',
  'The server is away for the moment (HTTP %s).': 'سرور موقتاً در دسترس نیست (HTTP %s).',
  'The token is set in wp-config.php: only an administrator may change the server that gets it.':
    'توکن در فایل wp-config.php تنظیم شده است: فقط مدیر کل می‌تواند سروری را که آن را می‌گیرد تغییر دهد.',

  // Why a product was not taken in
  'The server’s answer could not be read.': 'پاسخ سرور خوانده نشد.',
  'The server was away (HTTP %s).': 'سرور در دسترس نبود (HTTP %s).',
  'The server had a fault (HTTP %s).': 'سرور دچار خطا شد (HTTP %s).',
  'The answer was not that of a Fiko server (HTTP %s).': 'پاسخ از سرور فیکو نبود (HTTP %s).',
  'The server’s name was not found': 'نام دامنهٔ سرور پیدا نشد',
  'The server did not accept the connection': 'سرور اتصال را نپذیرفت',
  'The server did not answer in time': 'سرور به‌موقع پاسخ نداد',
  'The server’s SSL certificate was not accepted': 'گواهی SSL سرور پذیرفته نشد',
  'The server hung up': 'سرور اتصال را قطع کرد',
  'WooCommerce cannot read it.': 'ووکامرس نمی‌تواند آن را بخواند.',
  'variation %1$s, %2$s': 'متغیر %1$s، %2$s',
  'address of the shop': 'نشانی فروشگاه',
  'product number': 'شمارهٔ محصول',
  SKU: 'شناسهٔ محصول (SKU)',
  name: 'نام',
  'product type': 'نوع محصول',
  status: 'وضعیت',
  'short description': 'توضیح کوتاه',
  description: 'توضیحات',
  price: 'قیمت',
  'regular price': 'قیمت عادی',
  'sale price': 'قیمت فروش ویژه',
  'on sale': 'فروش ویژه',
  currency: 'واحد پول',
  'stock quantity': 'تعداد موجودی',
  'stock status': 'وضعیت موجودی',
  categories: 'دسته‌ها',
  tags: 'برچسب‌ها',
  brand: 'برند',
  image: 'تصویر',
  gallery: 'گالری',
  permalink: 'پیوند یکتا',
  attributes: 'ویژگی‌ها',
  variations: 'متغیرها',
  'date of the last change': 'تاریخ آخرین ویرایش',

  // Products list and Site Health
  '%s product waits, and is sent once the server can be used again.': [
    '%s محصول در صف است و پس از برقراری اتصال فرستاده می‌شود.',
    '%s محصول در صف است و پس از برقراری اتصال فرستاده می‌شود.',
  ],
  'Not sent': 'فرستاده‌نشده',
  'Waiting deletions': 'حذف‌های در انتظار',
  'Failed deletions': 'حذف‌های ناموفق',
  'Given up after three days of trying. %s': 'پس از سه روز تلاش کنار گذاشته شد. %s',
  'The server refused it without a reason (HTTP %s).': 'سرور بدون گفتن دلیل نپذیرفت (HTTP %s).',
  'The product could not be read; perhaps another plugin is in the way: %s':
    'محصول خوانده نشد؛ شاید افزونهٔ دیگری مانع است: %s',
  'No secure connection (SSL) came about': 'اتصال امن (SSL) برقرار نشد',
  'The database did not take the token. Nothing else was saved.':
    'پایگاه داده توکن را نپذیرفت. چیز دیگری ذخیره نشد.',
};
