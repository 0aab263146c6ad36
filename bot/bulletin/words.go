// Words that a bulletin is judged by, in every language of Posada. They are
// compared folded: without capitals and without the marks of Latin, Cyrillic
// and Arabic. A word with a star stands for all that begin so. The lists are
// wide on purpose: a false alarm costs another wording, and a miss may cost a
// life.
package bulletin

import (
	"slices"
	"strings"

	"posada/locales"
)

// landmarks are where people could be told to come to.
var landmarks = gather(`
	park, parks, plaza*, square, church*, chapel, cathedral, temple, mosque, bridge*, station*, terminal, bus stop, hotel*, motel*, market, mall, corner,
	monument, statue, kiosk, hospital*, clinic, school, stadium, airport*, embassy, consulate*, port of entry, gate, metro, gas station, beach, river, riverbank, wall, fence,
	shelter*, camp, camps, office, offices, warehouse, building, parking*, street*, avenue*, road, highway, boulevard*, block, blocks, apartment, oxxo, walmart, soriana, supermarket, cafe, restaurant, 
	parque*, iglesia*, capilla, catedral, templo, mezquita, puente*, estacion*, central de autobuses, camionera, parada, mercado*, tienda, esquina, monumento, estatua, kiosco, quiosco,
	casa del, casa de, casa tochan, chaparral, chaparal, pedwest, ped west, san ysidro, paso del norte, deconcini, de concini,
	clinica, escuela, estadio, aeropuerto, embajada, consulado, garita*, puerto de entrada, gasolinera, playa, rio, orilla, muro, cerca del, albergue*, refugio*, campamento*, oficina*, bodega, edificio, 
	estacionamiento, calle*, avenida*, av, carretera, bulevar, cuadra*, zocalo, frente a, junto a, al lado de, detras de, a un lado,
	legliz, plas, pon an, estasyon, otel, nan mache, magazen, kwen, lopital, lekol, estad, ayewopo, anbasad, konsila, pos fwontye, rivye, plaj, mi an, abri, kan an, biwo, depo, lari, ri a, avni, wout, devan, akote, deye,
	parques, praca*, igreja*, capela, ponte*, estacao, rodoviaria, ponto de onibus, loja, monumentos, posto, escola, aeroporto, embaixada, praia, margem, abrigo*, acampamento, escritorio, armazem, predio, estacionamentos,
	rua*, estrada, rodovia, quarteirao, apartamento, em frente, ao lado, atras do, atras da,
	parc*, place de, eglise*, chapelle, cathedrale, mosquee, pont, ponts, gare*, arret de bus, le marche, au marche, magasin, coin de, hopital*, clinique, ecole*, stade, aeroport*, ambassade, consulat*, poste frontiere, plage, fleuve, riviere, mur,
	cloture, refuge, refuges, foyer, camp de, bureau*, entrepot, immeuble, rue, rues, avenues, route, boulevards, appartement, devant, a cote, derriere,
	парк*, площад*, церк*, часовн*, храм*, собор*, мечет*, мост*, вокзал*, станци*, станці*, остановк*, зупинк*, гостиниц*, отел*, готел*, рынок*, рынк*, ринок*, ринк*, магазин*, угол, углу, угла, кут, куті, памятник*, пам ятник*, памятник*,
	киоск*, кіоск*, больниц*, лікарн*, клиник*, клінік*, школ*, стадион*, стадіон*, аэропорт*, аеропорт*, посольств*, консульств*, пункт пропуска, пункт пропуску, пляж*, берег*, река, реки, реке, реку, рекой, ріка, ріки, ріці, річк*, стен*, стін*, приют*, притул*, лагер*, табір*, табор*, офис*, офіс*, склад,
	здани*, будівл*, будинок*, будинк*, улиц*, вулиц*, проспект*, шоссе, шосе, дорога, дороге, дорогу, дороги, бульвар*, квартир*, рядом с, напротив, навпроти, поруч*, за углом,
	meydan*, kilise*, sapel, katedral*, cami, camii*, camide, camiye, kopru*, istasyon*, otogar*, durak*, durag*, otel*, carsi*, pazar yeri*, magaza*, dukkan*, kose*, anit*, heykel*, bufe*, hastane*, klinik*, okul*, stadyum*, havaalan*, havaliman*, elcilik*, buyukelcilik*, konsolosluk*,
	sinir kapi*, plaj*, nehir*, nehri*, duvar*, barinak*, barinag*, siginak*, siginag*, kamp, kampi*, kampta, ofis*, depo, depoda, bina, binasi*, binada, otopark*, sokak*, sokag*, cadde*, bulvar*, otoyol*, onunde*, yaninda*, arkasinda*,
	पार्क*, चौक*, चर्च*, गिरजाघर*, मंदिर*, मस्जिद*, पुल, पुलों, स्टेशन*, बस अड्ड*, होटल*, बाज़ार*, बाजार*, दुकान*, कोने, कोना, स्मारक*, मूर्ति*, अस्पताल*, क्लिनिक*, स्कूल*, स्टेडियम*, हवाई अड्ड*, दूतावास*, वाणिज्य दूत*, नदी*, दीवार*, किनारे, आश्रय*, शिविर*, कैंप*, कार्यालय*, दफ़्तर*, दफ्तर*,
	गोदाम*, इमारत*, मकान*, सड़क*, गली*, मार्ग*, मोहल्ल*, के सामने, के पीछे,
	公园, 广场, 教堂, 寺庙, 清真寺, 桥, 车站, 站台, 火车站, 汽车站, 公交站, 酒店, 宾馆, 旅馆, 市场, 商场, 商店, 超市, 路口, 街角, 拐角, 纪念碑, 雕像, 医院, 诊所, 学校, 体育场, 机场, 使馆, 领事馆, 口岸, 河边, 海滩, 围墙, 庇护所, 收容所, 营地, 办公室, 仓库, 大楼, 停车场, 大街, 街道, 马路, 大道, 公路, 门口, 对面, 旁边, 餐厅, 咖啡
`, arabic(`
	حديقة, منتزه, ساحة, ميدان, كنيسة, مسجد, جامع, معبد, جسر, محطة, موقف, فندق, سوق, متجر, محل, زاوية, نصب, تمثال, كشك, مستشفى, عيادة, مدرسة, ملعب, مطار, سفارة, قنصلية, معبر, منفذ, بوابة, نهر, شاطئ, جدار, سور, ملجأ, مأوى, مخيم, مكتب, مستودع, مبنى, عمارة, شارع, جادة,
	شقة, أمام, بجانب, خلف, قرب,
	پارک, میدان, چوک, کلیسا, پل, ایستگاه, هوتل, هتل, بازار, دکان, مغازه, کنج, مجسمه, شفاخانه, بیمارستان, کلینیک, مکتب, مدرسه, ورزشگاه, میدان هوایی, فرودگاه, سفارت, قنسولگری, کنسولگری, گذرگاه, دروازه, دریا, رودخانه, ساحل, دیوار, سرپناه, پناهگاه, کمپ, دفتر, گدام, انبار, ساختمان, سرک, جاده, خیابان, کوچه, آپارتمان, روبروی, پهلوی, کنار
`))

// streets are words of an address.
var streets = gather(`
	street, st, avenue, ave, road, rd, boulevard, blvd, highway, block, calle, avenida, av, carretera, colonia, col, fraccionamiento, bulevar, esquina, numero, lari, ri, avni, rua, travessa, rodovia, bairro, rue, route, quartier,
	улица, улице, улицы, ул, проспект, проспекте, пр, шоссе, д, вулиця, вулиці, вул, будинок, буд, sokak, sokagi, sk, cadde, caddesi, cad, mahalle, mahallesi, सड़क, गली, मार्ग, मकान नंबर, 街, 路, 号, 號, 巷
`, arabic(`شارع, جادة, حي, سرک, جاده, خیابان, کوچه, ناحیه`))

// days are words for a day soon.
var days = gather(`
	tomorrow, tonight, monday*, tuesday*, wednesday*, thursday*, friday*, saturday*, sunday*,
	manana, esta noche, lunes, martes, miercoles, jueves, viernes, sabado*, domingo*, pasado manana,
	demen, aswe a, lendi, madi, mekredi, jedi, vandredi, samdi, dimanch,
	amanha, hoje a noite, segunda feira, terca feira, quarta feira, quinta feira, sexta feira,
	demain, ce soir, lundi, mardi, mercredi, jeudi, vendredi, samedi, dimanche,
	завтра, сегодня вечером, понедельник*, вторник*, среду, среда, среды, четверг*, пятниц*, суббот*, воскресень*, послезавтра, сьогодні ввечері, понеділ*, вівтор*, середу, середа, четвер*, п ятниц*, пятниц*, субот*, неділ*, післязавтра,
	yarin*, bu aksam, bu gece, pazartesi*, sali gunu, carsamba*, persembe*, cuma*, cumartesi*, pazar gunu,
	कल, आज रात, आज शाम, सोमवार*, मंगलवार*, बुधवार*, गुरुवार*, शुक्रवार*, शनिवार*, रविवार*, इतवार*, परसों,
	明天, 今晚, 后天, 星期, 周一, 周二, 周三, 周四, 周五, 周六, 周日, 礼拜
`, arabic(`غدا, الليلة, الاثنين, الإثنين, الثلاثاء, الأربعاء, الخميس, الجمعة, السبت, الأحد, فردا, امشب, دوشنبه, سه شنبه, چهارشنبه, پنجشنبه, جمعه, شنبه, یکشنبه`))

// today are words for this day and its parts, and for the weeks about it. The officer who must put a date in their stead loses
// nothing: whoever reads a bulletin a day late is misled by them in any case.
var today = gather(`
	today, this morning, this afternoon, this evening, this week, next week, this weekend,
	hoy, esta manana, esta tarde, esta semana, proxima semana, la semana que viene, semana que entra, fin de semana, ahorita,
	jodi a, jodia, maten an, apremidi a, semen sa a, semen pwochen, hoje, esta manha, esta semana, semana que vem,
	aujourd hui, aujourdhui, ce matin, cet apres midi, cette semaine, semaine prochaine, ce week end,
	сегодня, сегодняшн*, на этой неделе, на следующей неделе, в выходные, сьогодні, цього тижня, наступного тижня, на вихідних,
	bugun*, bu sabah, bu hafta, gelecek hafta, haftaya, आज, इस हफ्ते, इस हफ़्ते, अगले हफ्ते, अगले हफ़्ते, इस सप्ताह, अगले सप्ताह,
	今天, 今日, 今早, 今晨, 上午, 下午, 傍晚, 晚上, 早上, 本周, 这周, 下周, 周末
`, arabic(`اليوم, هذا الصباح, هذا المساء, هذا الأسبوع, الأسبوع القادم, امروز, این هفته, هفته آینده, هفته بعد`))

// comings ask people to come, to meet or to wait. With one of them a date in figures and a landmark are a meeting.
var comings = gather(`
	come, come to, meet, meet us, meeting, gather, gathering, join us, be at, wait at, wait for us, show up, assemble,
	venga*, vengan*, ven, vayan, acuda*, acudan, reunanse, reunion*, reunimos, nos vemos, nos reun*, encontremos*, nos encontr*, esperen, espere en, presentense, cita en, congreguense,
	vini, rankontre, reyini, ale nan, tann nou, rasanble, venha*, venham, encontro*, reuniao, reunam*, nos vemos, espere*, comparec*,
	venez, rendez vous, rassemblement, rassemblez*, retrouvez*, reunion*, retrouvons*, attendez*, presentez vous,
	приходите, приходи, приезжайте, встреча*, встретимся, сбор, собираемся, собрание, ждите, ждем, приходьте, приходь, приїжджайте, зустріч*, зустрінемось, збір, збираємося, збори, чекайте, чекаємо,
	gelin*, geliniz, bulusma*, bulusalim, bulusuyoruz, toplan*, bekleyin, bekliyoruz, आइए, आएं, आएँ, आओ, आना, आ जाएं, मिलिए, मिलें, मिलेंगे, मुलाकात, मुलाक़ात, बैठक, इकट्ठा*, इंतज़ार कर*, इंतजार कर*,
	来到, 请来, 过来, 集合, 见面, 碰面, 会面, 聚会, 等候, 等我们
`, arabic(`تعال, تعالوا, احضر, احضروا, اجتماع, لقاء, نلتقي, التقوا, تجمع, تجمعوا, انتظر, انتظروا, بیایید, بیائید, بیا, ملاقات, جلسه, جمع شوید, گرد هم, منتظر`))

// months stand beside the figure of a day.
var months = gather(`
	january, february, march, april, may, june, july, august, september, october, november, december, jan, feb, mar, apr, jun, jul, aug, sep, sept, oct, nov, dec,
	enero, febrero, marzo, abril, mayo, junio, julio, agosto, septiembre, setiembre, octubre, noviembre, diciembre,
	janvye, fevriye, mas, avril, me, jen, jiye, out, septanm, oktob, novanm, desanm, janeiro, fevereiro, marco, maio, junho, julho, setembro, outubro, novembro, dezembro,
	janvier, fevrier, mars, mai, juin, juillet, aout, septembre, octobre, novembre, decembre,
	январ*, феврал*, март*, апрел*, мая, май, июн*, июл*, август*, сентябр*, октябр*, ноябр*, декабр*, січ*, лютого, лютий, берез*, квіт*, травн*, червн*, липн*, серпн*, верес*, жовт*, листопад*, груд*,
	ocak*, subat*, mart, nisan*, mayis*, haziran*, temmuz*, agustos*, eylul*, ekim*, kasim*, aralik*,
	जनवरी, फरवरी, फ़रवरी, मार्च, अप्रैल, मई, जून, जुलाई, अगस्त, सितंबर, सितम्बर, अक्टूबर, अक्तूबर, नवंबर, नवम्बर, दिसंबर, दिसम्बर, 月
`, arabic(`يناير, فبراير, مارس, أبريل, مايو, يونيو, يوليو, أغسطس, سبتمبر, أكتوبر, نوفمبر, ديسمبر, جنوری, فبروری, مارچ, اپریل, می, جون, جولای, اگست, سپتمبر, اکتبر, نومبر, دسمبر, حمل, ثور, جوزا, سرطان, اسد, سنبله, میزان, عقرب, قوس, جدی, دلو, حوت`))

// hours are times of day that need no figure.
var hours = gather(`
	noon, midday, midnight, mediodia, medio dia, medianoche, media noche, a midi, gran midi, minwi, meio dia, meia noite, midi, minuit, полдень*, полудень, полдня, полночь, опівдні, опівночі, oglen*, ogleyin, gece yarisi*,
	आधी रात, 中午, 正午, 午夜, 凌晨, oclock, o clock,
	at dawn, al amanecer, al anochecer, a primera hora, in an hour, in one hour, in half an hour, dentro de una hora, en una hora, en media hora, nan yon edtan, em uma hora, daqui a uma hora, dans une heure,
	через час, через полчаса, за годину, за півгодини, bir saat sonra, yarim saat sonra, एक घंटे में, एक घंटे बाद, 一小时后, 一个小时后, 半小时后
`, arabic(`منتصف النهار, منتصف الليل, نصف الليل, نیمه شب, نصف شب, چاشت, بعد ساعة, خلال ساعة, یک ساعت بعد, نیم ساعت بعد`))

// promisesAndCommands are what the content rules do not allow without need:
// nobody can promise, and nobody at a desk may tell a person to go.
var promisesAndCommands = gather(`
	guarantee*, we promise, you will get, you will receive, you will be allowed, certainly, for sure, cross now, go now, leave now, hurry, you must go, run to, come now, last chance, act now,
	garantiz*, garantia, prometemos, usted recibira, le daran, seguro que, cruce ya, cruce ahora, cruzar ya, vaya ahora, vayan ahora, salga ya, corra, apurese, ultima oportunidad, sin falta,
	garanti, nou pwomet, w ap jwenn, ou pral jwenn, travese kounye a, ale kounye a, kouri, prese, denye chans,
	garantido, garantimos, prometemos, voce vai receber, voce recebera, atravesse agora, va agora, corra, ultima chance,
	garantie, garanti, garantissons, nous promettons, vous aurez, vous recevrez, traversez maintenant, partez maintenant, allez maintenant, depechez, derniere chance,
	гарантир*, обещаем, вы получите, вам дадут, переходите сейчас, идите сейчас, срочно идите, торопитесь, последний шанс, гаранту*, обіцяємо, ви отримаєте, вам дадуть, переходьте зараз, ідіть зараз, поспішайте, останній шанс,
	garanti*, soz veriyoruz, alacaksiniz, hemen gec*, simdi gec*, hemen gid*, acele ed*, son firsat,
	गारंटी*, वादा*, आपको मिलेगा, आपको मिल जाएगा, अभी पार, अभी जाएं, अभी जाइए, जल्दी करें, आखिरी मौका, अंतिम मौका,
	保证, 承诺, 一定会, 您会得到, 您将获得, 马上过, 立即过境, 现在过去, 赶快, 赶紧, 最后机会
`, arabic(`نضمن, مضمون, نعدكم, ستحصل, ستحصلون, اعبر الآن, اعبروا الآن, اذهب الآن, أسرع, أسرعوا, الفرصة الأخيرة, تضمین, وعده, می گیرید, دریافت خواهید, حالا عبور, همین حالا بروید, عجله, آخرین فرصت`))

// gather reads lists of words as they are compared, in order.
func gather(lists ...string) []string {
	var out []string
	for _, list := range lists {
		for w := range strings.SplitSeq(list, ",") {
			if w = foldWord(w); w != "" && w != "*" {
				out = append(out, w)
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// foldWord brings a word to the form in which texts are compared, its star
// kept.
func foldWord(w string) string {
	stem, open := strings.CutSuffix(strings.TrimSpace(w), "*")
	w = strings.Join(locales.Tokens(locales.Fold(stem)), " ")
	if open {
		w += "*"
	}
	return w
}

// arabic adds to words what Arabic and Persian write in one with them: the
// article, "and", "in", "to", and plural and possessive endings stay open.
func arabic(list string) string {
	var out []string
	for w := range strings.SplitSeq(list, ",") {
		w = strings.TrimSpace(w)
		bare := strings.TrimPrefix(w, "ال")
		for _, before := range []string{"", "ال", "بال", "وال", "لل", "فال", "ب", "ل", "و"} {
			out = append(out, before+bare)
		}
		out = append(out, w)
	}
	return strings.Join(out, ",")
}

// spoken is a text as words are looked for in it: once as it is folded, and once
// with what an apostrophe joins apart ("à l'église").
func spoken(text string) string {
	all := " " + strings.Join(locales.Tokens(locales.Fold(text)), " ") + " "
	if apart := apostrophes.Replace(text); apart != text {
		all += "| " + strings.Join(locales.Tokens(locales.Fold(apart)), " ") + " "
	}
	return all
}

var apostrophes = strings.NewReplacer("'", " ", "’", " ", "ʼ", " ", "‘", " ")

// finds lists the words of a list that a spoken text holds.
func finds(spoken string, list []string) []string {
	var out []string
	for _, w := range list {
		stem, open := strings.CutSuffix(w, "*")
		find := " " + stem
		if !open {
			find += " "
		}
		if strings.Contains(spoken, find) && !slices.Contains(out, stem) {
			out = append(out, stem)
		}
	}
	return out
}

// promises lists what in a text promises or commands.
func promises(text string) []string { return finds(spoken(text), promisesAndCommands) }
