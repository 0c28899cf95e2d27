extension Grammar {
    /// English as news, forums and shops write it: some 900 words, none of them about anyone real.
    static let english = Grammar([
        // Names
        "first": words(
            """
            Alice Amir Anna Arthur Beatrix Ben Carla Cem Clara Colin Dana David Dora Edith Elias Emma Erik Farah Felix \
            Fiona Frank Gita Greta Hana Hugo Ida Igor Ines Ivan Jane Jonas Julia Kai Karim Lara Leo Lina Lucas Mara \
            Marco Maya Mina Nadia Nils Noor Olga Oscar Paula Petra Quinn Rana Robin Rosa Samir Sara Sven Tara Theo Tom \
            Uma Vera Victor Wanda Yara Yusuf Zoe
            """),
        "last": words(
            """
            Abbott Adler Ashdown Bakker Barlow Becker Berg Bishop Brandt Calder Castell Clarke Conti Dalton Demir Doyle \
            Eklund Evans Falk Farrow Ferris Fisher Garnett Gerber Gruber Hale Hansen Harlow Hoffman Holt Ibsen Jansen \
            Keller Kern Kowal Lambert Larsen Lindqvist Lowe Marsh Mercer Moreau Moss Nash Novak Olsen Osborne Palmer \
            Petrov Quill Ramos Reyes Rossi Sandoval Schreiber Sharma Sloane Sorensen Tanaka Thorne Ulrich Vance Vogel \
            Walsh Weiss Winter Yilmaz Zeller
            """),
        "town": words(
            """
            Aldermoor Ashby Barrowfield Bexhaven Birkholm Brackwater Carrick Colmouth Copperhill Dunmere Eastwick Elmstead \
            Fairhaven Farnley Fenwick Glenrock Grantholme Greyport Harrowgate Highmoor Holbeck Inverlea Kelbrook Kingsferry \
            Lakenby Langstone Lindale Marlow Merrow Millbrook Northgate Oakhurst Oldbridge Penmarsh Ravensholm Redcliff \
            Saltmere Sandford Selby Southcote Stonebridge Thornbury Tidewell Upton Valehurst Westerby Whitcombe Wolden \
            Woodhaven Yarrow
            """),
        "street": words(
            """
            Abbey Acorn Bakers Bridge Castle Cedar Chapel Church Corn Dock Elm Ferry Garden Harbour Hill Kiln Lime Market \
            Meadow Mill Orchard Park Quarry River School Spring Station Tanner Temple Tower Union Victoria Water Willow
            """),
        "name": ["{first} {last}"],

        // Words
        "adjective": words(
            """
            abandoned affordable ambitious ancient annual bright broken careful cheap clean cold common compact complex \
            controversial costly crowded curious damaged dangerous delayed digital distant double early eastern empty \
            endless expensive experimental failed familiar fast final flexible forgotten fragile free fresh full gentle \
            giant global golden green growing hidden historic huge illegal independent instant joint large late legal \
            light local long lost mandatory massive missing mobile modern narrow national new noisy northern old open \
            outdoor painful patient permanent personal popular powerful private promising proposed public quick quiet \
            rare reliable remote rural safe secret serious shared sharp short silent simple slow small solar solid \
            southern special steep strange strict strong sudden temporary tiny tired troubled unexpected unusual urban \
            urgent valuable vast voluntary warm weak western wet wide wild wooden young
            """),
        "noun": words(
            """
            agreement airport archive artist auction bakery ballot bank battery beach bill bridge budget building bus camera \
            campaign canal cathedral century channel charity child choir cinema city climate clinic coach coast college \
            company concert contract council country court crew crisis crowd customer cyclist dairy debate decision deposit \
            design detective doctor driver drought election energy engine engineer estate event exhibition factory family \
            farmer fence ferry festival film finding fire flight flood forecast forest fund future garage garden gallery \
            grant ground guide harbour harvest heating history holiday hospital hotel house idea industry injury \
            investigation invoice island journey judge kitchen laboratory lake landlord language law lawyer leader league \
            lesson letter library licence loan market match mayor meadow measure medal meeting member message minister \
            mistake model money morning mountain museum musician neighbour network night nurse office officer orchard \
            orchestra owner package painting park parliament party passenger path patient payment pension permit petition \
            photograph pilot pipeline plan planet player police pool port premiere price prison problem product programme \
            project promise protest pupil quarter question race railway rain record referee refund region rent repair report \
            rescue research reservoir result river road roof rule runner sale satellite scheme school scientist season \
            secret server shelter shop signal singer site society soldier solution song spokesperson stadium station \
            statue storm strategy street strike student study summer summit supermarket supplier surgeon survey system \
            target tax teacher team tenant theatre theory ticket title tourist tower town trade traffic train transport \
            tree trial tunnel union university vaccine valley vehicle venue verdict village violin virus visitor volunteer \
            vote wage warehouse warning water weather website weekend wind window winner winter witness worker workshop yard
            """),
        "thing": ["{noun}", "{adjective} {noun}", "{adjective} {noun}", "{noun} {noun}"],
        "group": words(
            """
            council government ministry union police board court committee club company operator university hospital \
            charity regulator museum league team school agency airline parliament commission
            """),
        "done": words(
            """
            abandons accepts announces approves avoids backs blocks breaks builds buys cancels celebrates changes closes \
            confirms considers criticises cuts defends delays delivers demands denies discovers divides doubles drops \
            examines expands explains extends faces finds finishes forgets fixes funds gains halts hides ignores improves \
            inspects launches leaves limits loses marks misses moves opens orders passes pauses plans praises prepares \
            presents promises protects publishes questions raises reaches rebuilds recalls recovers reduces refuses \
            rejects remembers removes renews repairs replaces reports requires rescues restores returns reveals reviews \
            saves sells shares shows starts stops studies supports suspends tests tracks wants warns welcomes wins
            """),
        "past": words(
            """
            accepted added agreed announced asked began believed bought brought built called came carried caught chose \
            closed collected continued covered decided described discussed drew ended expected explained failed fell \
            followed found gathered gave grew happened heard held helped hoped included joined kept knew learned left \
            lost made measured met moved needed noticed offered opened paid planned prepared promised raised reached \
            received remained repeated returned said saw sent served shared showed spent spoke stayed stood studied \
            supported talked tested thought told took tried turned understood used visited waited walked warned watched \
            won worked wrote
            """),
        "adverb": words(
            """
            again almost already apparently barely briefly carefully clearly completely eventually exactly finally gently \
            gradually hardly immediately largely later mainly mostly nearly never officially often only openly partly \
            perhaps privately probably publicly quickly quietly rarely recently repeatedly simply slowly sometimes soon \
            still suddenly together usually
            """),
        "when": words(
            """
            today yesterday tonight on_Monday on_Tuesday on_Wednesday on_Thursday on_Friday this_week last_week \
            this_morning in_March in_autumn after_midnight next_year last_year in_spring at_the_weekend before_noon \
            two_days_ago earlier_this_month within_hours
            """),
        "number": words(
            "two three four five six seven eight nine ten eleven twelve 14 15 17 20 23 28 30 36 40 45 52 60 75 110 200"),
        "section": words("Politics Business Region Culture Sport Science Health Travel Opinion Technology"),

        // News
        "headline": [
            "{town} {group} {done} {thing} after {adjective} {noun}", "{group!} {done} {adjective} {noun} in {town}",
            "{number!} {noun}s, one {noun}: how {town} {done} its {thing}", "{thing!} {done} {number} jobs in {town}",
            "{name}: ‘The {noun} was never {adjective}’", "Why the {thing} {done} a {adjective} {noun}",
            "{town} and {town} share {adjective} {noun}", "{adjective!} {noun} at {town} {noun}: {number} hurt",
            "What we know about the {thing} in {town}", "{group!} {done} {thing} – {noun} {adverb} {adjective}",
            "{noun!} {noun} {done} {noun} for {number} days", "{name} {done} {adjective} {noun}",
            "The {adjective} {noun} behind {town}’s {thing}", "Live: {group} {done} {thing}",
        ],
        "clause": [
            "the {noun} {adverb} {past} the {thing}", "{name} {past} {when}", "the {group} in {town} {past} a {thing}",
            "{number} of the {noun}s {past} {adverb}", "a {adjective} {noun} {past} near {street} Street",
            "nobody at the {group} {past} the {noun}", "the {thing} {past} {when}", "most {noun}s in {town} {past}",
        ],
        "sentence": [
            "{clause!}.", "{clause!}, and {clause}.", "{clause!} because {clause}.", "{when!}, {clause}.",
            "{clause!}, while the {noun} {past}.", "“{clause!},” {name} {past}.", "According to {name}, {clause}.",
            "{clause!}, but {clause}.", "It is the {adjective} {noun} that {town} {adverb} {past}.",
        ],

        // Forums
        "topic": [
            "{adjective!} {noun} {adverb} stops after update", "How do you repair a {adjective} {noun}?",
            "Which {noun} for a {thing}?", "My {thing} and what I learned from it",
        ],
        "remark": [
            "Same here, my {noun} {past} {when}.", "Have you tried the other {noun}?", "No, {clause}.",
            "I {adverb} {past} the {thing}, and it {past}.", "Thanks, {first}! That {past}.", "{sentence}",
            "{sentence}",
            "I would not trust a {adjective} {noun}.", "In my case {clause}.", "Sorry, but {clause}.",
            "Does the {noun} still need a {thing}?", "It cost me {number} euros and a {noun}.", "Just my two cents.",
        ],
        "handle": [
            "{first}{last}", "{adjective}_{noun}", "{noun}{number}", "the{noun}", "{first}.{town}", "{town}{number}",
        ],

        // Shops
        "brand": words(
            "Alveron Bruma Corvo Drift Elvana Fjell Gramma Hestia Ilko Jarn Kestrel Lumo Mirador Norrik Opal Pella Quanta"
                + " Rilke Sorano Tarn Umbra Velo Wexford Xenia Yama Zephyr"),
        "ware": words(
            """
            backpack kettle lamp jacket keyboard headphones tent bicycle chair table toaster blender monitor camera tripod \
            printer router speaker drill saw heater fan mattress pillow blanket knife pan pot grill watch helmet gloves \
            boots sandals suitcase wallet notebook pen easel guitar microphone charger cable
            """),
        "colour": words(
            "black white graphite sand olive navy rust coral mint plum silver copper cream slate teal mustard"),
        "material": words(
            "steel aluminium oak bamboo cotton wool linen leather glass ceramic nylon carbon recycled_plastic"),
        "feature": [
            "{material!} {noun}", "{adjective!} {noun} for the {noun}", "{number} year warranty",
            "{colour!} {material} finish",
            "Works with any {noun}", "{adverb!} {adjective} in use", "Spare parts for {number} years", "Made in {town}",
        ],
        "praise": [
            "A {adjective} {ware}, and the {material} feels {adjective}.", "It {past} {adverb}, even in the {noun}.",
            "The {noun} is too {adjective} for me.", "Arrived {adverb} packed.", "{clause!}, so I am happy with it.",
            "My {noun} has used it for {number} weeks now.", "Would buy again.", "The {colour} looks {adjective}.",
            "After {number} months the {noun} still works.",
        ],
    ])

    private static func words(_ list: String) -> [String] {
        list.split(separator: " ").map { String($0).replacing("_", with: " ") }
    }
}
