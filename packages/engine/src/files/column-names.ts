import type { Column } from '@adsum/protocol'

/** The roles that a column can play. */
export type Role = Exclude<Column['role'], 'ignored'>

/**
 * Names that columns commonly have, best first, as written by shops, streaming services, published
 * data sets and analytics tools in several languages. Compared without case, accents and separators.
 * Each line is one idea; a name stands in one line only.
 */
const NAMES: Readonly<Record<Role, readonly string[]>> = {
  user: [
    'user userid uid userkey usr usrid useridentifier userhash usernumber userno usernr username',
    'customer customerid custid customerkey customernumber customerno customernr customercode',
    'visitor visitorid client clientid account accountid accountnumber member memberid memberno',
    'person personid people shopper shopperid buyer buyerid subscriber subscriberid profileid',
    'household householdid householdkey reader readerid listener listenerid viewer viewerid',
    'player playerid patient patientid student studentid learner learnerid reviewer reviewerid',
    'fullvisitorid userpseudoid anonymousid distinctid deviceid cookieid guestid loyaltyid cardid',
    'benutzer benutzerid benutzername nutzer nutzerid kunde kunden kundenid kundennr kundennummer',
    'kundennum konto kontoid kontonummer mitglied mitgliedsnummer besucher besucherid',
    'utilisateur utilisateurid idutilisateur clientnum numeroclient idclient visiteur membre',
    'usuario usuarioid idusuario cliente clienteid idcliente codcliente utente utenteid idutente',
    'gebruiker gebruikerid klant klantid klantnummer anvandare kund kundid bruker brukerid',
    'uzytkownik klient klientid kayttaja asiakas kullanici kullaniciid musteri musteriid',
    'пользователь пользовательid клиент клиентid 用户 用户id 客户 会员 ユーザー ユーザーid 顧客 사용자 고객',
    'session sessionid visitid',
  ],
  item: [
    'item itemid iid itemkey itemnumber itemno itemnr itemcode itemidentifier',
    'product productid productkey productcode productnumber productno productsku sku skuid skucode',
    'asin parentasin isbn isbn13 ean upc gtin stockcode materialnumber article articleid articleno',
    'movie movieid film filmid show showid series seriesid episode episodeid program programid',
    'track trackid song songid album albumid artist artistid video videoid game gameid book bookid',
    'content contentid document documentid docid news newsid story storyid post postid page pageid',
    'course courseid lesson lessonid exercise exerciseid question questionid app appid listing',
    'listingid offer offerid deal dealid poi poiid venue venueid place placeid location locationid',
    'business businessid restaurant restaurantid hotel hotelid recipe recipeid menuitem dish dishid',
    'object objectid entityid resourceid assetid goods goodsid mediaid titleid url pagepath',
    'artikel artikelid artikelnr artikelnummer artikelcode produkt produktid produktnr produktnummer',
    'ware warennummer titelid buchid filmnr produit produitid idproduit codeproduit',
    'producto productoid idproducto articulo idarticulo codarticulo prodotto prodottoid idprodotto',
    'articolo produto idproduto pelicula livro libro libroid artikkel vare varenummer varenr vara',
    'tuote tuoteid towar towarid urun urunid товар товарid продукт фильм 商品 商品id 产品 物品 电影',
    'アイテム アイテムid 상품 상품id',
  ],
  time: [
    'timestamp timestampms time ts eventtime eventtimestamp eventdate eventdatetime',
    'datetime date dateandtime datehour unixtime unixtimestamp epoch epochms unixreviewtime',
    'createdat created creationdate creationtime createddate occurredat happenedat receivedat',
    'orderdate ordertime orderdatetime invoicedate purchasedate purchasetime transactiondate',
    'transactiontime transactiontimestamp transactiondatetime saledate visitdate visittime',
    'ratedat ratingdate watchedat playedat listenedat viewedat clickedat visitedat reviewdate',
    'reviewtime loggedat logtime servertime clienttime when starttime startedat utctime localtime',
    'datum datumzeit zeit zeitpunkt zeitstempel bestelldatum kaufdatum rechnungsdatum belegdatum',
    'horodatage dateheure datecommande dateachat heure fecha fechahora fechacompra fechapedido',
    'data dataora dataeora dataacquisto dataordine datahora datacompra tidspunkt tidsstempel dato',
    'tijd tijdstip besteldatum paivamaara aika czas tarih zaman дата время датаивремя 时间 日期',
    '时间戳 日時 日付 타임스탬프 날짜 시간',
  ],
  value: [
    'rating ratings stars star starrating ratingvalue ratingscore userrating overall overallrating',
    'score userscore grade value eventvalue weight strength preference label feedback',
    'quantity qty units count cnt playcount plays listens watches views amount',
    'watchtime playtime hours hoursplayed minutes duration durationms dwelltime watchratio',
    'price unitprice itemprice saleprice salesvalue revenue total totalprice sum spend cost',
    'bewertung sterne note punkte wert menge anzahl stueck stuck preis einzelpreis betrag umsatz',
    'quantite prix montant evaluation etoiles valoracion puntuacion estrellas cantidad precio',
    'importe valor valutazione voto stelle quantita prezzo importo nota avaliacao quantidade preco',
    'aantal prijs beoordeling antal pris betyg belop ocena ilosc cena puan miktar fiyat',
    'оценка рейтинг количество цена 评分 数量 价格 評価 価格 평점 수량 가격',
  ],
  type: [
    'event eventtype eventname eventaction type action actiontype behavior behaviortype behaviour',
    'behaviourtype interaction interactiontype activity activitytype verb feedbacktype',
    'ereignis ereignistyp ereignisart typ art aktion vorgang evenement typeevenement evento',
    'tipoevento tipo accion azione acao handeling handelse hendelse событие действие 行为 事件',
    'イベント 이벤트',
  ],
  title: [
    'title itemtitle producttitle movietitle songtitle tracktitle booktitle articletitle headline',
    'itemname productname moviename songname trackname bookname articlename gamename filmname',
    'description productdescription itemdescription productdesc itemdesc name label',
    'titel produktname artikelname artikelbezeichnung produktbezeichnung bezeichnung beschreibung',
    'titre nomproduit libelle designation nom titulo nombreproducto nombre descripcion titolo',
    'nomeprodotto descrizione nome nomeproduto descricao naam productnaam omschrijving navn namn',
    'nimi tytul nazwa baslik название наименование 标题 名称 商品名称 商品名 タイトル 제목 상품명',
  ],
}

/** What a name says about its column: the role, and how usual the name is for it (0 is best). */
export interface NameHint {
  readonly role: Role
  readonly rank: number
}

const HINTS: ReadonlyMap<string, NameHint> = new Map(
  (Object.entries(NAMES) as [Role, readonly string[]][])
    .flatMap(([role, lines]) =>
      lines.flatMap((line, rank) =>
        line.split(' ').map((name) => [bare(name), { role, rank }] as const),
      ),
    )
    // A name that two roles share (`label`) belongs to the role listed first.
    .reverse(),
)

/** What the name of a column says about its role, or null when it is no common name. */
export function roleOfName(name: string): NameHint | null {
  const own = hintOf(name)
  if (own !== null) return own
  // Nested or prefixed names, such as `payload.user.id` or `dim_customer_id`: their end decides.
  const parts = name.split(/[.:/]|__|(?<=^(?:dim|fact|src|fk|pk|raw))_/)
  if (parts.length < 2) return null
  const ending = hintOf(parts.slice(-2).join('_')) ?? hintOf(parts.at(-1) ?? '')
  return ending === null ? null : { role: ending.role, rank: ending.rank + 1 }
}

function hintOf(name: string): NameHint | null {
  const plain = bare(name)
  const found = HINTS.get(plain)
  if (found !== undefined) return found
  // `ID_USER` is `USER_ID`.
  return plain.startsWith('id') ? (HINTS.get(`${plain.slice(2)}id`) ?? null) : null
}

/** Lower case without accents, spaces and separators: `User-Id` and `userId` are the same name. */
function bare(name: string): string {
  return name
    .normalize('NFD')
    .replace(/\p{Mn}/gu, '')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]/gu, '')
}
