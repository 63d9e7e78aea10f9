import type { Lexicon } from './lexicon';

/** Brands in both scripts; books, stationery, toys, sports, travel, music, religion and gifts. */
export const BRANDS_CULTURE: Lexicon = {
  synonyms: `
نایک | نایکی | nike
آدیداس | adidas
پوما | puma
ریباک | reebok
اسکچرز | skechers
اسیکس | آسیکس | asics
نیوبالانس | نیو بالانس | new balance
سالومون | سالامون | salomon
کلمبیا | columbia
نورث فیس | north face
زارا | zara
اچ اند ام | h&m
لیوایز | levis
پولو | polo
لاکست | lacoste
گوچی | gucci
شنل | chanel
دیور | dior
سواچ | swatch
کاسیو | casio
سیکو | seiko
رولکس | rolex
اپل | apple
آیفون | iphone
ایرپاد | airpods
سامسونگ | samsung
گلکسی | galaxy
شیائومی | شیاومی | xiaomi
ردمی | redmi
پوکو | poco
هواوی | huawei
آنر | honor
نوکیا | nokia
موتورولا | motorola
سونی | sony
ال جی | الجی | lg
پاناسونیک | panasonic
فیلیپس | philips
بوش | bosch
زیمنس | siemens
براون | braun
تفال | tefal
مولینکس | moulinex
کنوود | kenwood
دلونگی | delonghi
میله | miele
دایسون | dyson
کارچر | karcher
بیسل | bissell
نسپرسو | nespresso
هیتاچی | hitachi
توشیبا | toshiba
شارپ | sharp
دوو | daewoo
گری | gree
میدیا | midea
هایسنس | hisense
تی سی ال | tcl
اسنوا | snowa
پاکشوما | pakshoma
پارس خزر | pars khazar
ایکس ویژن | x vision
جی پلاس | gplus
بکو | beko
بیورر | beurer
امرن | omron
ایسوس | asus
لنوو | lenovo
اچ پی | hp
دل | dell
ایسر | acer
ام اس آی | msi
اینتل | intel
لاجیتک | لاجیتچ | logitech
ریزر | razer
کانن | canon
نیکون | nikon
اپسون | epson
تی پی لینک | tp-link | tplink
دی لینک | d-link | dlink
کینگستون | kingston
سن دیسک | sandisk
وسترن دیجیتال | western digital
سیگیت | seagate
انکر | anker
باسئوس | بیسوس | baseus
یوگرین | ugreen
جی بی ال | jbl
بوز | bose
مارشال | marshall
هایلو | haylou
کیو سی وای | qcy
پلی‌استیشن | playstation | ps5
ایکس‌باکس | xbox
نینتندو | nintendo
ماکیتا | makita
دیوالت | dewalt
رونیکس | ronix
توسن | tosan
میشلن | michelin
بارز | barez
کاسترول | castrol
بهران | behran
لورآل | loreal
نیوآ | nivea
گارنیه | garnier
میبلین | maybelline
بورژوا | bourjois
لافارر | la farrerr
سریتا | cerita
سینره | cinere
هیدرودرم | hydroderm
آردن | ardene
ویشی | vichy
لاروش پوزای | la roche posay
سراوی | cerave
اوردینری | ordinary
بایودرما | bioderma
نوتروژینا | neutrogena
داو | dove
پنتن | pantene
کلیر | clear
هد اند شولدرز | head & shoulders
اورال بی | oral-b
سنسوداین | sensodyne
ژیلت | gillette
پمپرز | pampers
چیکو | chicco
اونت | avent
لگو | lego
باربی | barbie
فابرکاستل | faber-castell
پارکر | parker
استدلر | staedtler
پنتل | pentel
یونی بال | uniball
آریا | arya
رویال کنین | royal canin
لاواتزا | lavazza
ایلی | illy
نسکافه | nescafe
نستله | nestle
لیپتون | lipton
احمد | ahmad tea
گلستان | golestan
کاله | kalleh
میهن | mihan
پگاه | pegah
پرسیل | persil
فینیش | finish
سافتلن | softlan
تاژ | taj
ایندومی | indomie
نوتلا | nutella
کیت کت | kitkat
اسنیکرز | snickers
پرینگلز | pringles
کوکاکولا | coca cola
پپسی | pepsi
ریدراگون | redragon
هایپرایکس | hyperx
کورسیر | corsair
گیگابایت | gigabyte
ای ام دی | amd
انویدیا | nvidia
کرسیر | crucial
وسترن | wd
مایکروسافت | سرفیس | microsoft | surface
گوگل | پیکسل | google | pixel
وان پلاس | oneplus
ریلمی | realme
تکنو | tecno
اینفینیکس | infinix
آمازفیت | amazfit
گارمین | garmin
فیت بیت | fitbit
گوپرو | gopro
دی جی آی | dji
فوجی فیلم | fujifilm
پنتاکس | pentax
سنهایزر | sennheiser
بیتس | beats
ساندکور | soundcore
ادیفایر | edifier
پایونیر | pioneer
هارمن | harman kardon
میکروتیک | mikrotik
یوبیکیوتی | ubiquiti
نتگیر | netgear
مرکوسیس | mercusys
بلومبرگ | blomberg
وستل | vestel
آاگ | aeg
الکترولوکس | electrolux
ویرپول | whirlpool
هاتپوینت | hotpoint
بلک اند دکر | black decker
هیوندای | hyundai
میلواکی | milwaukee
استنلی | stanley
متابو | metabo
هیلتی | hilti
بلک‌برد | blackbird
فورد | ford
تویوتا | toyota
بریجستون | bridgestone
پیرلی | pirelli
گودیر | goodyear
کنتیننتال | continental
اولاپلکس | olaplex
کراستاس | kerastase
رولون | revlon
کلینیک | clinique
استی لودر | estee lauder
لنکوم | lancome
نیکس | nyx
اسنس | essence
کاتریس | catrice
ایزدین | isdin
اوسرین | eucerin
سبامد | sebamed
جانسون | johnson
مولفیکس | molfix
هاگیز | huggies
آپتامیل | aptamil
تامی تیپی | tommee tippee
گراکو | graco
فیشر پرایس | fisher price
هات ویلز | hot wheels
نرف | nerf
راونزبرگر | ravensburger
سیتیزن | citizen
تیسوت | tissot
اوریس | oris
فسیل | fossil
ورساچه | versace
بربری | burberry
هوگو باس | hugo boss
تام فورد | tom ford
آرمانی | armani
ایو سن لوران | ysl
کلوین کلین | calvin klein
تامی هیلفیگر | tommy hilfiger
مانگو | mango
ونس | vans
کانورس | converse
تیمبرلند | timberland
کلارکس | clarks
جیوکس | geox
آندر آرمور | under armour
اسپالدینگ | spalding
میزونو | mizuno
ویلسون | wilson
یونکس | yonex
شیمانو | shimano
ایکیا | ikea
جوسرا | josera
وپت | whiskas | ویسکاس
پدیگری | pedigree
رفلکس | reflex
یاماها | yamaha
فندر | fender
کتاب | book
رمان | داستان بلند | novel
شعر | اشعار | دیوان | غزلیات
روان‌شناسی | روانشناسی | psychology
توسعه فردی | خودیاری | موفقیت | self help
برنامه‌نویسی | کدنویسی | programming
دیکشنری | فرهنگ لغت | واژه‌نامه | dictionary
لوازم تحریر | نوشت‌افزار | لوازم‌التحریر | stationery
خودکار | روان‌نویس | pen
مداد | pencil
مداد رنگی | مدادرنگی
پاک‌کن | eraser
دفتر | notebook
سررسید | تقویم | پلنر | planner
ماشین حساب | calculator
ماژیک | highlighter
جامدادی | pencil case
چسب نواری | نوار چسب
هدیه | کادو | کادویی | gift
اسباب‌بازی | اسباب بازی | toy
عروسک | doll
پازل | puzzle
بازی فکری | بردگیم | board game
شطرنج | chess
توپ | ball
دوچرخه | bicycle
تردمیل | treadmill
دمبل | dumbbell
چادر کمپینگ | چادر مسافرتی | tent
کیسه خواب | sleeping bag
گیتار | guitar
پیانو | کیبورد موسیقی | piano
سنتور | santur
قرآن | کلام‌الله
مهر و تسبیح | جانماز
`,
  related: `
هدیه => هدیه | کادویی | نفیس | ست هدیه
تولد | سالگرد | روز مادر | روز پدر | روز معلم | ولنتاین => هدیه | کادویی
هدیه مردانه | هدیه پدر | هدیه برای پدر => کمربند | کیف پول | ساعت | ادکلن | خودنویس
هدیه زنانه | هدیه مادر | هدیه برای مادر => روسری | عطر | گردنبند | کیف
یلدا | نوروز | عید => آجیل | هدیه
ادبیات => رمان | شعر | داستان
شعر | شعر کهن | شعر فارسی => حافظ | سعدی | فردوسی | مولانا | خیام | شاهنامه | دیوان | ادبیات کلاسیک
ادبیات کهن | ادبیات کلاسیک => شاهنامه | گلستان | بوستان | دیوان
ترک عادت | عادت بد | اراده => عادت | توسعه فردی
افسردگی | اضطراب | عزت نفس => روان‌شناسی | توسعه فردی
مدیریت زمان | برنامه‌ریزی => پلنر | توسعه فردی
پول | ثروت | سرمایه‌گذاری => مالی | کسب و کار | بورس
یادگیری زبان | زبان انگلیسی | مکالمه => آموزش زبان | واژه | گرامر
آیلتس | تافل => زبان انگلیسی
کنکور => کمک‌درسی | تست | جامع
دبستان | کلاس اول => کتاب کار | لوازم تحریر
اکسل => اکسل | آفیس | کامپیوتر
برنامه‌نویسی => پایتون | جاوا | کامپیوتر
آشپزی => کتاب آشپزی | هنر آشپزی
قصه | داستان کودک | کتاب کودک => کودک و نوجوان | داستان
نقاشی | طراحی => مداد رنگی | آبرنگ | گواش | بوم | رنگ روغن
خوشنویسی | خطاطی => قلم نی | دوات | مرکب
لوازم تحریر | مدرسه => مداد | خودکار | دفتر | جامدادی | پاک‌کن | تراش | خط‌کش
ریاضی | هندسه => ماشین حساب | ست هندسی | پرگار
امضا => خودنویس | روان‌نویس
سرگرمی بچه => اسباب‌بازی | پازل | بازی فکری
شب‌نشینی | دورهمی => بازی فکری | بردگیم
دوچرخه‌سواری => دوچرخه | کلاه ایمنی
یوگا => مت | زیرانداز
فوتبال | فوتسال => توپ | کفش فوتسال | استوک
موسیقی | ساز => گیتار | پیانو | ویولن | سنتور
مذهبی => قرآن | مفاتیح | جانماز
تاریخ => تاریخی
`,
};
