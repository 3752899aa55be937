"""sample_texts.py - the words of the sample workspace: what make-sample.py makes its pages from.

A row is (name, domain, local parts, quarter, options). Options: style=, layout=, enc=, slug=.
Everything in here is invented."""

WORDS = {
    "es": {
        "nav": ["Inicio", "Servicios", "Contacto"], "mail": "Correo", "tel": "Tel.",
        "more": ["Presupuestos", "Oficina"], "write": "Escr&iacute;benos", "contact": "Contacto",
        "top": "Subir", "news": ["Novedades", "Consejos", "Trabajos"], "phone": "910 000 {}",
        "cookie": "Usamos solo las cookies necesarias.",
        "place": "{street} {no}, {quarter}, Madrid",
        "streets": ["Calle del Olmo Seco", "Calle de la Noria Vieja", "Paseo de los Aljibes",
                    "Travesía del Tejar", "Calle de Mariblanca Ruiz", "Plaza del Horno Bajo"],
        "hours": [("Lunes a viernes", "9-14 y 16-20"), ("Sábado", "10-14")],
    },
    "de": {
        "nav": ["Start", "Leistungen", "Impressum"], "mail": "E-Mail", "tel": "Tel.",
        "more": ["Termine", "Büro"], "write": "Schreiben Sie uns", "contact": "Kontakt",
        "top": "Nach oben", "news": ["Aktuelles", "Aus dem Alltag", "Gut zu wissen"],
        "phone": "0221 4710-{}", "cookie": "Diese Seite setzt nur notwendige Cookies.",
        "place": "{street} {no}, Köln-{quarter}",
        "streets": ["Am Alten Pegel", "Lindenhofgasse", "Wagnerwinkel", "Kupferschmiedstraße",
                    "Tauentor", "Ahornstiege"],
        "hours": [("Mo-Fr", "8-12 und 14-18 Uhr"), ("Sa", "nach Vereinbarung")],
    },
    "en": {
        "nav": ["Home", "What we do", "Find us"], "mail": "Email", "tel": "Tel.",
        "more": ["Orders", "Trade"], "write": "Drop us a line", "contact": "Contact",
        "top": "Back to top", "news": ["News", "From the bench", "Diary"],
        "phone": "0117 496 0{}", "cookie": "We only use cookies that the site needs.",
        "place": "{no} {street}, {quarter}, Bristol",
        "streets": ["Gasworks Steps", "Old Lantern Lane", "Tallow Yard", "Cider Press Road",
                    "Ropewalk Mews", "Chantry Rise"],
        "hours": [("Mon-Fri", "8am to 5pm"), ("Sat", "9am to 1pm")],
    },
    "fr": {
        "nav": ["Accueil", "Nos produits", "Contact"], "mail": "Courriel", "tel": "Tél.",
        "more": ["Commandes", "Bureau"], "write": "Écrivez-nous", "contact": "Nous trouver",
        "top": "Haut de page", "news": ["Actualités", "Le carnet", "Saison"],
        "phone": "05 36 49 1{a} {b:02}", "cookie": "Ce site n'utilise que les cookies nécessaires.",
        "place": "{no} {street}, {quarter}, Bordeaux",
        "streets": ["rue du Moulin Perdu", "cours des Tonneliers", "impasse des Gabares",
                    "rue Jeanne Brémontier", "quai des Lanternes", "place du Vieux Four"],
        "hours": [("Mardi au samedi", "7 h - 19 h 30"), ("Dimanche", "7 h - 13 h")],
    },
}

GROUPS = {
    "Madrid": ["fontanero urgente", "electricista madrid", "carpinteria a medida",
               "cerrajero 24 horas"],
    "Köln": ["zahnarzt köln", "tischlerei möbel", "fahrradwerkstatt ehrenfeld", "klavierstimmer"],
    "Bristol and Bordeaux": ["coffee roaster bristol", "pottery workshop", "boulangerie bordeaux",
                             "réparation vélo"],
}

FONTANERO = {
    "term": "fontanero urgente",
    "styles": ["mailto", "plain", "arroba", "cloudflare", "plain", "decimal", "subject"],
    "layouts": ["classic", "table", "short", "modern", "blog", "hours"],
    "titles": ["{name} | Fontanero en {quarter}", "Fontanería en {quarter} - {name}", "{name}"],
    "headings": ["Fontanero urgente en {quarter}", "{name}: agua que corre por donde debe",
                 "{name}, fontaneros de barrio"],
    "must": ["¿Necesita un fontanero urgente? Llegamos en menos de una hora a {quarter}.",
             "Si el grifo no espera, un fontanero urgente tampoco: llame y salimos.",
             "Servicio de fontanero urgente también en domingos y festivos."],
    "text": ["Reparamos fugas, cambiamos grifos y bajantes y revisamos calderas de gas.",
             "El presupuesto es gratis y se queda en lo que hemos escrito, sin sorpresas.",
             "Trabajamos con tubería multicapa y soldamos cobre como se hacía antes.",
             "Desatascamos fregaderos y arquetas con cámara, sin romper el suelo.",
             "Tres generaciones de la misma familia han abierto la llave de paso en esta casa.",
             "Cada obra se deja limpia: barremos, fregamos y nos llevamos el escombro.",
             "Garantía de dos años en todas las piezas que montamos.",
             "Sustituimos bañeras por platos de ducha en dos días."],
    "rows": [
        ("Fontanería Rivas e Hijos", "fontaneria-rivas-zq.es", "info", "Chamberí"),
        ("Aguas del Olmo", "aguasdelolmo-zq.com", "hola obras", "Lavapiés"),
        ("Fugas Cero", "fugascero-zq.es", "avisos", "Tetuán"),
        ("Tuberías La Noria", "tuberias-lanoria-zq.es", "contacto", "Vallecas"),
        ("Gota a Gota Fontaneros", "gotaagota-zq.com", "clientes", "Malasaña", ),
        ("Hermanos Bermejal", "bermejal-zq.es", "pedro.bermejal lucia.bermejal", "Usera",
         "enc=iso-8859-1 layout=table"),
        ("Desatascos Manzanal", "desatascos-manzanal-zq.com", "urgencias", "Carabanchel"),
        ("Fontanería Plaza Vieja", "plazavieja-zq.es", "taller", "Arganzuela"),
        ("Agua Clara 47", "aguaclara47-zq.com", "info", "Moratalaz", "style=brackets"),
        ("Calderas y Grifos Sancho", "sanchogrifos-zq.es", "sancho", "Hortaleza"),
        ("La Llave de Paso", "lallavedepaso-zq.es", "buzon", "Retiro", "style=image"),
        ("Fontanería Nocturna Lucero", "lucero-zq.com", "noche dia", "Latina"),
        ("Tubos Peláez", "tubospelaez-zq.es", "pelaez", "Chamartín", "layout=text"),
        ("Cisternas Ordóñez", "ordonez-zq.es", "info", "Barajas", "style=form"),
    ],
}

ELECTRICISTA = {
    "term": "electricista madrid",
    "styles": ["plain", "hex", "mailto", "micro", "brackets", "split"],
    "layouts": ["modern", "hours", "classic", "tight", "short", "table"],
    "titles": ["{name} - Electricista en Madrid", "{name}", "Instalaciones {name}"],
    "headings": ["{name}: luz en toda la casa", "Su electricista en {quarter}", "{name}"],
    "must": ["Somos electricista autorizado en Madrid capital y en la sierra norte.",
             "Electricista con boletín: trabajamos en Madrid desde 1987.",
             "En {quarter} y en el resto de Madrid, un electricista en su puerta hoy mismo."],
    "text": ["Cuadros nuevos, cableado de pisos antiguos y puntos de recarga para coches.",
             "Buscamos la avería con calma y la explicamos antes de cobrar.",
             "Cambiamos la iluminación de portales y garajes por LED con sensor.",
             "Emitimos el certificado de la instalación en el día.",
             "Ponemos porteros automáticos y antenas colectivas.",
             "Placas solares para comunidades pequeñas, con trámites incluidos.",
             "Nunca dejamos un cable a la vista si hay una pared que lo esconda."],
    "rows": [
        ("Voltios Herrera", "voltios-herrera-zq.es", "info", "Salamanca"),
        ("Luz y Punto", "luzypunto-zq.com", "hola", "Malasaña"),
        ("Electricidad Corral", "corral-electricidad-zq.es", "corral taller", "Vicálvaro"),
        ("Chispa Norte", "chispanorte-zq.com", "avisos", "Tetuán"),
        ("Instalaciones Quirós", "quiros-zq.es", "marta.quiros", "Chamberí"),
        ("Faroles del Sur", "farolesdelsur-zq.es", "contacto", "Villaverde"),
        ("Amperio 21", "amperio21-zq.com", "oficina", "Arganzuela",
         "enc=iso-8859-1 layout=classic"),
        ("Cables Montalbo", "cablesmontalbo-zq.es", "info obras", "Usera"),
        ("La Bombilla Azul", "labombillaazul-zq.es", "lola", "Lavapiés"),
        ("Electro Sotillo", "electrosotillo-zq.com", "noreply", "Barajas", "style=plain"),
        ("Recarga y Casa", "recargaycasa-zq.es", "info", "Hortaleza", "layout=text"),
        ("Enchufes Barquillo", "barquillo-zq.es", "tienda", "Justicia"),
        ("Portales Iluminados", "portalesiluminados-zq.com", "comunidad", "Retiro",
         "style=comment"),
    ],
}

CARPINTERO = {
    "term": "carpinteria a medida",
    "styles": ["mailto", "cloudflare", "plain", "parens", "commat"],
    "layouts": ["blog", "classic", "modern", "short", "tight"],
    "titles": ["{name} | Carpintería", "{name} - muebles y madera", "{name}"],
    "headings": ["Carpintería a medida", "{name}", "Madera bien cortada en {quarter}"],
    "must": ["Hacemos carpintería a medida: armarios, librerías y puertas para huecos difíciles.",
             "Carpintería a medida en roble, castaño y pino de Valsaín.",
             "Nuestra carpintería trabaja solo a medida; no vendemos nada de catálogo."],
    "text": ["Medimos en su casa, dibujamos y no cortamos hasta que el plano está firmado.",
             "Acabados al aceite, sin barnices que amarillean.",
             "Restauramos contraventanas y escaleras de las casas de antes.",
             "El taller huele a resina y a café: pase a verlo cualquier mañana.",
             "Montamos en un día y volvemos al mes para ajustar las bisagras.",
             "Serramos madera de podas municipales; cada tablón lleva su calle escrita."],
    "rows": [
        ("Carpintería Tejar 9", "tejar9-zq.es", "taller", "Carabanchel"),
        ("Maderas Yuste", "maderasyuste-zq.com", "info pedidos", "Vallecas"),
        ("El Cepillo", "elcepillo-zq.es", "hola", "Malasaña"),
        ("Roble y Sal", "robleysal-zq.es", "elena tomas", "Prosperidad"),
        ("Ebanistas Barrientos", "barrientos-zq.es", "barrientos", "Latina",
         "enc=iso-8859-1 layout=table"),
        ("Puertas Alameda", "puertas-alameda-zq.com", "oficina", "Barajas"),
        ("Taller Garlopa", "garlopa-zq.es", "taller", "Lavapiés"),
        ("Astillas Nobles", "astillasnobles-zq.com", "info", "Chamberí"),
        ("Hueco y Tabla", "huecoytabla-zq.es", "medidas", "Tetuán", "layout=text"),
        ("Nogal Viejo", "nogalviejo-zq.es", "nuria", "Retiro"),
        ("Tres Serruchos", "tresserruchos-zq.com", "contacto", "Usera", "style=phone"),
    ],
}

CERRAJERO = {
    "term": "cerrajero 24 horas",
    "styles": ["plain", "mailto", "decimal", "brackets"],
    "layouts": ["short", "hours", "table", "modern"],
    "titles": ["{name}", "{name} - Cerrajero 24 horas", "Cerrajería {name}"],
    "headings": ["Cerrajero 24 horas", "{name}, abrimos sin romper", "¿Se ha quedado fuera?"],
    "must": ["Cerrajero 24 horas en {quarter}: el precio se dice por teléfono y se cumple.",
             "Un cerrajero de guardia las 24 horas, también en Nochebuena."],
    "text": ["Bombines antibumping, cierres de persiana y cajas fuertes.",
             "Nueve de cada diez puertas se abren sin taladro.",
             "Hacemos copias de llaves de coche con su mando.",
             "Cambiamos la cerradura de pisos recién comprados en la misma mañana.",
             "No cobramos el desplazamiento dentro de la M-30."],
    "rows": [
        ("Llaves Lope", "llaveslope-zq.es", "lope", "Cortes"),
        ("Bombín y Cía", "bombinycia-zq.com", "info", "Delicias"),
        ("Cerrajería Aldaba", "aldaba-zq.es", "guardia tienda", "Chueca"),
        ("La Ganzúa Honrada", "laganzua-zq.es", "hola", "Palacio", "enc=bare"),
        ("Puerta Abierta", "puertaabierta-zq.com", "avisos", "Pacífico"),
        ("Pestillo Express", "pestillo-zq.es", "contacto", "Quintana"),
        ("Cierres Mondéjar", "mondejar-zq.es", "taller", "Ventas"),
        ("Cerrojos Iradier", "iradier-zq.com", "iradier", "Goya", "style=form"),
        ("Candados Sotomayor", "sotomayor-zq.es", "sotomayor", "Aluche", "style=image"),
    ],
}

ZAHNARZT = {
    "term": "zahnarzt köln",
    "styles": ["mailto", "plain", "brackets", "cloudflare", "umlaut", "hex", "plain"],
    "layouts": ["classic", "modern", "hours", "short", "blog", "tight"],
    "titles": ["{name} - Zahnarzt in Köln", "{name}", "Ihre Praxis in Köln-{quarter}: {name}"],
    "headings": ["{name}", "Willkommen! Ihre Zähne sind hier richtig", "Zahnarzt in {quarter}"],
    "must": ["Als Zahnarzt in Köln nehmen wir uns Zeit, auch für die zweite Frage.",
             "Ihr Zahnarzt in Köln-{quarter}: Vorsorge, Füllungen, Zahnersatz.",
             "Zum Zahnarzt geht in Köln niemand gern; zu uns kommt man wieder."],
    "text": ["Neue Patientinnen und Patienten sind willkommen, alle Kassen.",
             "Wir behandeln Kinder ab drei Jahren und erklären jedes Gerät.",
             "Die Praxis liegt im ersten Stock, der Aufzug ist breit genug für Rollstühle.",
             "Unser Labor ist im Haus; eine Krone ist nach zwei Tagen fertig.",
             "Angstpatienten bekommen den letzten Termin am Tag, dann ist es still.",
             "Die professionelle Reinigung dauert eine Stunde und tut nicht weh.",
             "Wir sprechen Deutsch, Türkisch, Italienisch und ein wenig Kölsch."],
    "rows": [
        ("Praxis Dr. Ahlenbrecht", "praxis-ahlenbrecht-zq.de", "praxis", "Nippes"),
        ("Zahnhaus am Pegel", "zahnhaus-pegel-zq.de", "info termine", "Deutz"),
        ("Praxis Weißbach", "weissbach-zq.de", "empfang", "Lindenthal",
         "enc=iso-8859-1 layout=table"),
        ("Zahnzeit", "zahnzeit-zq.koeln", "hallo", "Ehrenfeld"),
        ("Dr. Öztürk und Partner", "oeztuerk-zq.de", "praxis", "Mülheim"),
        ("Milchzahn", "milchzahn-zq.de", "kinder", "Sülz"),
        ("Praxis Rheinkrone", "rheinkrone-zq.de", "dr.kamp labor", "Rodenkirchen"),
        ("Zahnärzte Tauentor", "tauentor-zq.de", "tauentor", "Altstadt"),
        ("Praxis Böll-Marten", "boellmarten-zq.de", "info", "Kalk"),
        ("Dentalwinkel", "dentalwinkel-zq.de", "post", "Zollstock"),
        ("Praxis Silberlöffel", "silberloeffel-zq.de", "rezeption", "Porz"),
        ("Molar und Söhne", "molar-zq.koeln", "m.soehne", "Braunsfeld", "enc=utf-16"),
        ("Gemeinschaftspraxis Ahornstiege", "ahornstiege-zq.de", "info dr.peters dr.kaya",
         "Klettenberg"),
        ("Praxis Lücke", "luecke-zq.de", "luecke", "Bickendorf", "style=image"),
        ("Zahnwerk Süd", "zahnwerk-zq.de", "werk", "Bayenthal", "layout=text"),
    ],
}

TISCHLEREI = {
    "term": "tischlerei möbel",
    "styles": ["plain", "mailto", "parens", "decimal", "split"],
    "layouts": ["modern", "blog", "classic", "tight", "hours"],
    "titles": ["{name}", "{name} | Möbel nach Maß", "Tischlerei {name}"],
    "headings": ["Tischlerei in {quarter}", "{name}", "Möbel, die bleiben"],
    "must": ["Unsere Tischlerei baut Möbel aus Eiche, Esche und Kirsche.",
             "Die Tischlerei fertigt Möbel für Räume, in die sonst nichts passt.",
             "Aus der Tischlerei kommen Möbel, Treppen und Türen; aus dem Lager der Duft."],
    "text": ["Wir zeichnen mit Bleistift und fräsen mit dem Rechner.",
             "Alle Oberflächen sind geölt und lassen sich nachbessern.",
             "Das Holz kommt aus dem Bergischen und liegt zwei Jahre, bevor es etwas wird.",
             "Küchen planen wir bei Ihnen zu Hause, nicht im Katalog.",
             "Gesellinnen und Gesellen bilden wir selbst aus.",
             "Am letzten Samstag im Monat ist die Werkstatt offen, es gibt Suppe."],
    "rows": [
        ("Tischlerei Holzapfel", "holzapfel-zq.de", "werkstatt", "Ehrenfeld"),
        ("Lindenhof Möbel", "lindenhof-zq.de", "info auftrag", "Sülz"),
        ("Span und Leim", "spanundleim-zq.de", "hallo", "Nippes"),
        ("Tischlerei Brockhagen", "brockhagen-zq.de", "brockhagen", "Porz",
         "enc=iso-8859-1 layout=table"),
        ("Werkhof Zinke", "zinke-zq.de", "j.zinke s.zinke", "Mülheim"),
        ("Kantig", "kantig-zq.koeln", "moin", "Deutz"),
        ("Tischlerei Eschenroth", "eschenroth-zq.de", "buero", "Kalk"),
        ("Hobel und Herz", "hobelundherz-zq.de", "post", "Lindenthal"),
        ("Möbelbau Pastoors", "pastoors-zq.de", "info", "Longerich"),
        ("Die Dielenmacher", "dielenmacher-zq.de", "dielen", "Raderberg", "layout=text"),
        ("Tischlerei Quirin", "quirin-zq.de", "quirin", "Dellbrück"),
        ("Maßstab Zwo", "massstab2-zq.de", "kontakt", "Zollstock", "style=umlaut"),
        ("Schubladenhaus", "schubladenhaus-zq.de", "laden", "Südstadt", "style=form"),
    ],
}

FAHRRAD = {
    "term": "fahrradwerkstatt ehrenfeld",
    "styles": ["mailto", "brackets", "plain", "cloudflare"],
    "layouts": ["short", "modern", "hours", "blog", "classic"],
    "titles": ["{name}", "{name} - Fahrradwerkstatt", "Fahrradwerkstatt {name}"],
    "headings": ["{name}", "Fahrradwerkstatt in Ehrenfeld", "Platten? Reinkommen."],
    "must": ["Die Fahrradwerkstatt in Ehrenfeld, in der man zuschauen darf.",
             "Fahrradwerkstatt mit Herz für alte Rahmen, mitten in Ehrenfeld.",
             "Von Nippes bis Ehrenfeld bekannt: unsere Fahrradwerkstatt repariert am selben Tag."],
    "text": ["Inspektion ab 59 Euro, Ersatzrad kostenlos.",
             "Wir zentrieren Laufräder noch von Hand.",
             "Lastenräder und Anhänger haben bei uns eine eigene Bühne.",
             "Gebrauchte Räder verkaufen wir mit einem Jahr Gewähr.",
             "Mittwochs ist Schrauberabend: Werkzeug ist da, Bier auch.",
             "Schlauch, Kette, Bremsbelag: das machen wir, während Sie warten."],
    "rows": [
        ("Speichenhof", "speichenhof-zq.de", "werkstatt", "Ehrenfeld"),
        ("Radau", "radau-zq.koeln", "hallo", "Ehrenfeld"),
        ("Kettenreaktion", "kettenreaktion-zq.de", "info laden", "Ehrenfeld"),
        ("Zweirad Pütz", "zweirad-puetz-zq.de", "puetz", "Ehrenfeld", "enc=bare"),
        ("Velokeller", "velokeller-zq.de", "keller", "Neuehrenfeld"),
        ("Rückenwind", "rueckenwind-zq.de", "moin", "Ehrenfeld"),
        ("Lastenheft", "lastenheft-zq.de", "cargo", "Ehrenfeld"),
        ("Freilauf", "freilauf-zq.de", "post", "Bickendorf"),
        ("Schaltwerk 12", "schaltwerk12-zq.de", "team tine", "Ehrenfeld"),
        ("Fahrradklinik Vogelsang", "fahrradklinik-zq.de", "klinik", "Ehrenfeld"),
        ("Sattelfest", "sattelfest-zq.de", "info", "Ehrenfeld", "layout=text"),
    ],
}

KLAVIER = {
    "term": "klavierstimmer",
    "styles": ["mailto", "plain", "parens"],
    "layouts": ["classic", "short", "blog"],
    "titles": ["{name}, Klavierstimmer", "{name}"],
    "headings": ["Klavierstimmer in Köln und Umgebung", "{name}"],
    "must": ["Als Klavierstimmer komme ich mit Stimmhammer, Gabel und Geduld."],
    "text": ["Ein Klavier braucht zwei Stimmungen im Jahr und nie Sonne.",
             "Filze, Saiten und Hämmer ersetze ich in der Werkstatt.",
             "Gutachten für Erbschaften und Versicherungen.",
             "Konzertstimmungen auch am Abend."],
    "rows": [
        ("Klangwerk Ostermann", "klangwerk-zq.de", "ostermann", "Lindenthal"),
        ("Saitenweise", "saitenweise-zq.de", "post", "Nippes"),
        ("Klavierstube Reuß", "klavierstube-zq.de", "reuss", "Deutz"),
        ("Stimmgabel Köln-Süd", "stimmgabel-zq.de", "gabel", "Bayenthal", "style=phone"),
    ],
}

COFFEE = {
    "term": "coffee roaster bristol",
    "styles": ["mailto", "plain", "cloudflare", "brackets", "split"],
    "layouts": ["modern", "blog", "classic", "short", "hours"],
    "titles": ["{name} | Coffee roaster, Bristol", "{name}", "{name} - small batch coffee"],
    "headings": ["{name}", "Small batch coffee from {quarter}", "Roasted on {quarter} mornings"],
    "must": ["We are a coffee roaster in Bristol with one drum and no hurry.",
             "A Bristol coffee roaster since the old tram depot had its roof.",
             "Every roaster in Bristol has a story; our coffee tells it in the cup."],
    "text": ["Beans leave the warehouse within two days of roasting.",
             "We buy from the same four farms each year and print what we paid on the bag.",
             "Wholesale boxes go out by cargo bike inside the ring road.",
             "Cupping is on Thursday at ten; bring a spoon.",
             "Decaf is washed with spring water and tastes of something.",
             "Return the tin and the next one costs a pound less.",
             "Subscriptions can be paused with one line of text."],
    "rows": [
        ("Gasworks Coffee", "gasworks-coffee-zq.co.uk", "hello", "Bedminster"),
        ("Lantern Lane Roastery", "lanternlane-zq.com", "orders beans", "Totterdown"),
        ("Small Hours", "smallhours-zq.co.uk", "hi", "Montpelier"),
        ("The Tin Drum Roastery", "tindrum-zq.co.uk", "trade", "St Werburghs"),
        ("Ropewalk Coffee", "ropewalk-zq.com", "mill", "Southville"),
        ("Otter and Bean", "otterandbean-zq.co.uk", "otter", "Easton"),
        ("Chantry Roast", "chantryroast-zq.com", "hello", "Clifton", "layout=text"),
        ("Second Crack", "secondcrack-zq.co.uk", "noreply", "Fishponds", "style=plain"),
        ("Slow Kettle", "slowkettle-zq.co.uk", "kettle", "Horfield", "style=form"),
    ],
}

POTTERY = {
    "term": "pottery workshop",
    "styles": ["plain", "hex", "mailto", "micro"],
    "layouts": ["classic", "hours", "tight", "modern"],
    "titles": ["{name}", "{name} | Pottery", "{name} - clay and kilns"],
    "headings": ["{name}", "Clay, water, fire", "A pottery in {quarter}"],
    "must": ["Our pottery is open on weekdays; the weekend workshop fills up early.",
             "Book a workshop at the pottery and take home two bowls and dry hands.",
             "This pottery grew out of a garage workshop and kept the door."],
    "text": ["Six wheels, two kilns and one cat.",
             "We dig part of our clay below the allotments, with permission.",
             "Glazes are mixed here and free of lead.",
             "Seconds are on the shelf by the door: pay what you think.",
             "Beginners are welcome and stay for years.",
             "Firings on the first Monday; bring pieces up to the size of a cat."],
    "rows": [
        ("Mudlark Pottery", "mudlark-zq.co.uk", "studio", "Bedminster"),
        ("Wheel and Kiln", "wheelandkiln-zq.com", "book", "Redland"),
        ("Tallow Yard Ceramics", "tallowyard-zq.co.uk", "hello", "Easton"),
        ("Slipware Sisters", "slipware-zq.co.uk", "ada maud", "Southville"),
        ("Old Chapel Clay", "oldchapelclay-zq.com", "clay", "Knowle"),
        ("Ember Pots", "emberpots-zq.co.uk", "hi", "St Pauls", "layout=text"),
        ("The Thrown Room", "thrownroom-zq.co.uk", "room", "Cotham", "style=image"),
        ("Saltglaze Barn", "saltglaze-zq.co.uk", "barn", "Bishopston", "style=comment"),
        ("Kiln Lane Pottery", "kilnlane-zq.co.uk", "kiln", "Windmill Hill", "style=form"),
    ],
}

BOULANGERIE = {
    "term": "boulangerie bordeaux",
    "styles": ["mailto", "plain", "decimal", "parens", "commat"],
    "layouts": ["classic", "modern", "short", "blog", "hours"],
    "titles": ["{name}", "{name} - Boulangerie à Bordeaux", "Boulangerie {name}"],
    "headings": ["{name}", "Boulangerie de quartier", "Le pain de {quarter}"],
    "must": ["Notre boulangerie cuit au bois, au coeur de Bordeaux.",
             "Une boulangerie comme on en trouvait à chaque coin de Bordeaux.",
             "La boulangerie ouvre à sept heures ; {quarter} se réveille avec nous à Bordeaux."],
    "text": ["La pâte repose vingt-quatre heures et le boulanger un peu moins.",
             "Les farines viennent d'un moulin sur la Dordogne.",
             "Canelés le samedi, jusqu'à épuisement de la fournée.",
             "Sur commande : pains de mariage, tourtes, brioches tressées.",
             "Le pain de la veille est à moitié prix, jamais jeté.",
             "Apprenti cherché : il faut aimer la nuit."],
    "rows": [
        ("Le Vieux Four", "levieuxfour-zq.fr", "bonjour", "Saint-Michel"),
        ("Au Pain des Gabares", "gabares-zq.fr", "contact commandes", "Bacalan"),
        ("Boulangerie Brémontier", "bremontier-zq.fr", "fournil", "Caudéran",
         "enc=iso-8859-1 layout=table"),
        ("Levain et Fils", "levainetfils-zq.fr", "levain", "Chartrons"),
        ("La Miche Dorée", "lamichedoree-zq.com", "info", "Nansouty"),
        ("Fournil des Tonneliers", "tonneliers-zq.fr", "jeanne", "Saint-Pierre"),
        ("Croûte que Croûte", "croute-zq.fr", "salut", "La Bastide"),
        ("Les Trois Épis", "troisepis-zq.fr", "atelier", "Saint-Augustin", "layout=text"),
        ("Mie Câline Perrault", "perrault-zq.fr", "perrault", "Mériadeck", "style=form"),
        ("Fournil Jeannot", "jeannot-zq.fr", "jeannot", "Belcier", "style=image"),
    ],
}

VELO = {
    "term": "réparation vélo",
    "styles": ["plain", "mailto", "brackets", "cloudflare"],
    "layouts": ["modern", "classic", "tight", "short"],
    "titles": ["{name}", "{name} | Vélos", "{name} - atelier"],
    "headings": ["{name}", "Réparation de vélo à {quarter}", "Atelier {name}"],
    "must": ["Réparation de tout vélo, même celui de la grand-mère.",
             "Pour la réparation d'un vélo, passez sans rendez-vous le matin."],
    "text": ["Chambre à air changée pendant que vous buvez un café.",
             "Nous montons des roues à la main depuis 1994.",
             "Location de tandems pour longer le fleuve.",
             "Pièces d'occasion triées, lavées, garanties six mois.",
             "Un samedi sur deux, on apprend à régler ses freins."],
    "rows": [
        ("Le Petit Plateau", "petitplateau-zq.fr", "atelier", "Saint-Jean"),
        ("Rayon Libre", "rayonlibre-zq.fr", "bonjour", "Chartrons"),
        ("Guidon Rouge", "guidonrouge-zq.fr", "contact", "La Bastide"),
        ("Cycles Vauquelin", "vauquelin-zq.com", "vauquelin", "Nansouty"),
        ("Pédale Douce", "pedaledouce-zq.fr", "roue", "Bacalan", "style=image"),
        ("Atelier Sacoche", "sacoche-zq.fr", "sacoche", "Caudéran", "style=form"),
        ("Dérailleur Club", "derailleur-zq.fr", "club", "Saint-Michel", "style=phone"),
    ],
}

TRADES = {
    "es": [FONTANERO, ELECTRICISTA, CARPINTERO, CERRAJERO],
    "de": [ZAHNARZT, TISCHLEREI, FAHRRAD, KLAVIER],
    "en": [COFFEE, POTTERY],
    "fr": [BOULANGERIE, VELO],
}


def page(lang, title, body):
    return (f'<!DOCTYPE html>\n<html lang="{lang}"><head><meta charset="utf-8">\n'
            f"<title>{title}</title></head>\n<body>\n{body}\n</body></html>\n")


# Pages that are no single business: guild lists that repeat addresses, a second page of the same
# house, pages that no term finds, pages without an address, upper-case shouting.
EXTRA = {
    "es/gremio-chamberi.html": (page("es", "Gremio de oficios de Chamberí", """
<h1>Oficios de Chamberí</h1>
<p>Asociación de vecinos y talleres. Estos socios atienden avisos en el barrio:</p>
<ul><li>Fontanero urgente: Fontanería Rivas e Hijos, <a href="mailto:info@fontaneria-rivas-zq.es"
>info@fontaneria-rivas-zq.es</a>
<li>Electricista: Instalaciones Quirós, Madrid, marta.quiros@quiros-zq.es
<li>Carpintería a medida: Astillas Nobles, info@astillasnobles-zq.com
<li>Cerrajero 24 horas: Llaves Lope, lope@llaveslope-zq.es</ul>
<p>Secretaría: <a href="mailto:secretaria@gremio-chamberi-zq.es">secretaria@gremio-chamberi-zq.es
</a></p>"""), ["info@fontaneria-rivas-zq.es", "marta.quiros@quiros-zq.es",
               "info@astillasnobles-zq.com", "lope@llaveslope-zq.es",
               "secretaria@gremio-chamberi-zq.es"]),
    "es/multiservicios-vega.html": (page("es", "Multiservicios Vega", """
<h1>Multiservicios Vega</h1>
<p>Fontanero urgente, electricista y cerrajero 24 horas en Madrid: un solo teléfono.</p>
<p>Oficina: vega (arroba) multivega-zq (punto) es</p>"""), ["vega@multivega-zq.es"]),
    "es/reformas-aljibe.html": (page("es", "Reformas Aljibe", """
<h1>Reformas Aljibe</h1><p>Cocinas y baños llave en mano. Con electricista propio en Madrid y
carpintería a medida.</p><p>obra@aljibe-zq.es, compras@aljibe-zq.es</p>"""),
                                ["obra@aljibe-zq.es", "compras@aljibe-zq.es"]),
    "es/fontaneria-rivas-aviso.html": (page("es", "Aviso legal - Fontanería Rivas e Hijos", """
<h1>Aviso legal</h1><p>Titular: Fontanería Rivas e Hijos, fontanero en Madrid. Servicio urgente
con presupuesto.</p><p>Reclamaciones: INFO@Fontaneria-Rivas-ZQ.es</p>"""),
                                       ["info@fontaneria-rivas-zq.es"]),
    "es/biblioteca-tejar.html": (page("es", "Biblioteca vecinal del Tejar", """
<h1>Biblioteca vecinal</h1><p>Abierta martes y jueves. Préstamo de libros y de herramientas.</p>
<p>biblioteca@tejar-zq.org</p>"""), ["biblioteca@tejar-zq.org"]),
    "es/en-obras.html": (page("es", "En obras", "<p>Página en construcción. Vuelva pronto.</p>"),
                         []),
    "de/handwerkerliste-ehrenfeld.html": (page("de", "Handwerkerliste Ehrenfeld", """
<h1>Gutes Handwerk in Ehrenfeld</h1>
<table><tr><td>Fahrradwerkstatt</td><td>Speichenhof</td><td>werkstatt@speichenhof-zq.de</td></tr>
<tr><td>Tischlerei, Möbel</td><td>Holzapfel</td><td>werkstatt@holzapfel-zq.de</td></tr>
<tr><td>Zahnarzt (kein Handwerk, aber in Köln)</td><td>Zahnzeit</td><td>hallo@zahnzeit-zq.koeln
</td></tr></table>
<p>Eintrag gewünscht? liste@veedel-zq.de</p>"""),
                                          ["werkstatt@speichenhof-zq.de",
                                           "werkstatt@holzapfel-zq.de", "hallo@zahnzeit-zq.koeln",
                                           "liste@veedel-zq.de"]),
    "de/notdienst.html": (page("de", "Notdienst am Wochenende", """
<h1>Notdienst</h1><p>Welcher Zahnarzt in Köln am Wochenende öffnet, sagt der Anrufbeantworter.</p>
<p>Eine Adresse für Post gibt es hier nicht.</p>"""), []),
    "de/impressum-lindenhof.html": (page("de", "Impressum - Lindenhof Möbel", """
<h1>Impressum</h1><p>Lindenhof Möbel, Tischlerei in Köln-Sülz. Inhaberin: Grete Lindenhof.</p>
<p>E-Mail: <a href="mailto:Info@Lindenhof-zq.de">info [at] lindenhof-zq.de</a></p>"""),
                                    ["info@lindenhof-zq.de"]),
    "de/schreinerei-foehr.html": (page("de", "Schreinerei Föhr", """
<h1>Schreinerei Föhr</h1><p>Fenster und Türen. Anderswo hieße das Tischlerei; Möbel bauen wir
auch.</p><p>Schreiben Sie an <a href="mailto:post@schreinerei-föhr-zq.de">post@schreinerei-föhr-zq.de
</a></p>"""), ["post@xn--schreinerei-fhr-zq-p3b.de"]),
    "de/kleingarten.html": (page("de", "Kleingartenverein Alter Pegel", """
<h1>Kleingartenverein</h1><p>Parzelle 14 ist frei. Bewerbung bitte schriftlich.</p>
<p>vorstand@pegelgarten-zq.de</p>"""), ["vorstand@pegelgarten-zq.de"]),
    "de/fahrrad-blog.html": (page("de", "Schrauberblog", """
<article><h2>Drei Werkstätten im Test</h2><p>In Ehrenfeld gibt es mehr als eine Fahrradwerkstatt.
Wir waren bei Radau, im Velokeller und in der Fahrradklinik; Sieger ist, wer Kaffee kocht.</p>
</article><p>Leserpost: blog@schrauber-zq.net. Nicht an hallo@radau-zq.koeln, die reparieren.</p>"""),
                             ["blog@schrauber-zq.net", "hallo@radau-zq.koeln"]),
    "en/makers-map.html": (page("en", "Makers of Bristol: a map", """
<h1>Makers of Bristol</h1>
<p>A walk past one pottery (ask for the workshop) and one coffee roaster.</p>
<ol><li>Mudlark Pottery, <a href="mailto:studio@mudlark-zq.co.uk">studio@mudlark-zq.co.uk</a>
<li>Gasworks Coffee, hello@gasworks-coffee-zq.co.uk</ol>
<p>Corrections to map&#64;makers-zq.org.uk</p>"""),
                           ["studio@mudlark-zq.co.uk", "hello@gasworks-coffee-zq.co.uk",
                            "map@makers-zq.org.uk"]),
    "en/gasworks-trade.html": (page("en", "Trade - Gasworks Coffee", """
<h1>Trade accounts</h1><p>Cafes that want a Bristol roaster nearby: our coffee travels by bike.</p>
<p>Email hello@gasworks-coffee-zq.co.uk or trade@gasworks-coffee-zq.co.uk.</p>"""),
                               ["hello@gasworks-coffee-zq.co.uk",
                                "trade@gasworks-coffee-zq.co.uk"]),
    "en/repair-cafe.html": (page("en", "Repair cafe", """
<h1>Repair cafe</h1><p>Toasters, radios, trousers. Every second Sunday in the Ropewalk hall.</p>
<p>Write to us, kettle in hand: fix@repaircafe-zq.org</p>"""),
                            ["fix@repaircafe-zq.org"]),
    "en/tide-table.html": (page("en", "Tide table",
                                "<pre>Mon 06:12 18:40\nTue 07:01 19:29</pre>"), []),
    "fr/annuaire-bastide.html": (page("fr", "Annuaire de La Bastide", """
<h1>Annuaire de La Bastide</h1>
<p>Boulangerie : Croûte que Croûte, Bordeaux rive droite, salut@croute-zq.fr</p>
<p>Réparation de vélo : Guidon Rouge, contact@guidonrouge-zq.fr</p>
<p>Rédaction : annuaire (at) labastide-zq.fr</p>"""),
                                 ["salut@croute-zq.fr", "contact@guidonrouge-zq.fr",
                                  "annuaire@labastide-zq.fr"]),
    "fr/criee.html": (page("fr", "REPARATION VELO PAS CHER", """
<h1>REPARATION VELO</h1><p>PNEUS, FREINS, CHAINES.</p><p>CYCLES-ARDENT AT CYCLESARDENT-ZQ DOT FR
</p>"""), ["cycles-ardent@cyclesardent-zq.fr"]),
    "fr/cidre.html": (page("fr", "Cidrerie du Gué", """
<h1>Cidrerie du Gué</h1><p>Visite des pressoirs en octobre.</p><p>gue@cidredugue-zq.bzh</p>"""),
                      ["gue@cidredugue-zq.bzh"]),
    "fr/chorale.html": (page("fr", "Chorale des Lanternes",
                             "<p>Répétition le mardi. Entrée par la cour.</p>"), []),
    "en/allotments.html": (page("en", "Chantry Rise allotments", """
<h1>Allotments</h1><p>The water is off until March. Plot 9 keeps bees; please knock.</p>
<p>Waiting list: plots@chantryrise-zq.org.uk</p>"""), ["plots@chantryrise-zq.org.uk"]),
    "en/choir.txt": ("Tallow Yard Singers\n\nMondays at seven, all voices, no auditions.\n"
                     "singers@tallowyard-singers-zq.org.uk\n",
                     ["singers@tallowyard-singers-zq.org.uk"]),
    "de/chor.txt": ("Chor am Alten Pegel\n\nProbe mittwochs um acht. Tenöre gesucht.\n"
                    "chor@pegelchor-zq.de\n", ["chor@pegelchor-zq.de"]),
    "fr/gabare.html": (page("fr", "La gabare", """
<h1>La gabare</h1><p>Promenades sur le fleuve, d'avril à septembre.</p>
<p>Réservations : <a href="mailto:quai%40lagabare-zq.fr">par courriel</a></p>"""),
                       ["quai@lagabare-zq.fr"]),
}
