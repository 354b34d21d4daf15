"""Words beside a name that tell a place from a person, a firm or a street. All are folded."""

from pipeline.text.tokens import forms

LOCATIVE = frozenset(
    forms(
        "in at from to near around across outside inside into towards toward through between northern southern eastern "
        "western central north south east west town city village capital "
        "à a au aux en de du des dans vers depuis près entre ville village région cercle commune nord sud est ouest "
        "desde hacia cerca ciudad pueblo norte sur este oeste do da dos no na nos nas em para cidade "
        "aus nach bei von im stadt dorf norden süden nördlich südlich "
        "в во из на под у около близ городе город города деревне деревня село районе до от к "
        "في من إلى الى قرب شمال جنوب شرق غرب وسط مدينة بلدة قرية جمهورية دولة منطقة "
        "در از به تا نزدیک شمال جنوب شرق غرب پایتخت شهر کشور "
        "från på till nära staden norra södra östra västra uit naar nabij tegen stad noorden zuiden oosten westen "
        "v ve ze k ke u poblíž městě města východ západ sever jih miasto mieście miasta północ południe wschód zachód ze "
        "біля у з із місті під поблизу півночі півдні "
        "w z do pod koło we ve u di dal dalla nel nella"
    )
)
"""Words after which a name is a place's."""

ORIGINS = frozenset(forms("from depuis desde aus von из от z ze із з från dal dalla از من uit"))
"""Words behind which somebody comes from a place, so that it is rather not where the thing happened."""

TITLES = frozenset(
    forms(
        "mr mrs ms miss sir lord lady dame dr prof mme mlle monsieur madame sr sra señor señora don doña "
        "herr frau г-н г-жа господин госпожа السيد السيدة named called "
        "gov sen rep rev lt sgt capt det cpl col gen maj adm hon judge coach sheriff deputy officer trooper "
        "mayor pastor bishop "
        "commissioner councilman councilwoman councilor councillor cllr superintendent principal detective "
        "sergeant lieutenant "
        "captain quarterback striker midfielder goalkeeper pitcher guard senior junior sophomore freshman attorney "
        "chairman chairwoman chairperson spokesman spokeswoman spokesperson prénommé prénommée llamada llamado baby"
    )
)
"""Words after which a name is a person's."""

OFFICES = frozenset(
    forms(
        "president prime minister government army junta court parliament opposition leader foreign defence defense "
        "interior national says said official officials military police troops forces soldiers ambassador king queen "
        "airport university embassy and or to in on is was has will with after as for at by from over of border "
        "republican democrat republicans democrats senate senator governor house war crisis "
        "vote election elections coup talks summit cup attack attacks strikes bombing"
    )
)
"""Words that follow a country's name, in headlines with capitals."""

FIRST_NAMES = frozenset(
    forms(
        "adam adrian alain alan albert alejandro alex alexander alexandre alexei ali alice amadou aminata amadi "
        "ana andre "
        "andrea andreas andrei andrew angela anna anne anthony antoine antonio assimi awa bakary barack ben "
        "benjamin bernard "
        "bill binta bob boris boubacar brian bruce bruno carla carlos caroline catherine charles cheick chris "
        "christian "
        "christine christophe claire claude cristina dan daniel david denis diego dmitri donald eduardo edward "
        "elena elisabeth "
        "elizabeth emma emmanuel eric ernesto fatou fatoumata felix fernando florian francis francisco francois frank "
        "fred gabriel gary george georges gerard giorgio giovanni giulia greg guillaume hans harry hassan helen "
        "henri henry "
        "hugo ian ibrahim ibrahima igor isabel issa ivan jack jacques james jan jane jason javier jean jeff "
        "jennifer jerome "
        "jesus jim jimmy joan joao joe john jonathan jorge jose joseph juan julia julian julie julien karen "
        "karl kate kevin "
        "klaus larry laura laurent lee leila leo lewis lionel lisa louis luc lucas lucia luis luke mamadou "
        "manuel marc marco "
        "margaret maria mariam marie mario mark martin mary maryam matthew maurice max mehdi michael michel "
        "miguel mike "
        "mikhail mohamed mohammed moussa muhammad nadia nancy nicolas nikolai nina olga oliver olivier omar "
        "oumar ousmane "
        "pablo paolo pascal patricia patrick paul paula pedro peter philip philippe pierre rachel ralph raul "
        "rebecca rene "
        "richard robert roberto roger ronald rosa ruth salif samuel sandra sara sarah scott sebastien sekou "
        "sergei sergey "
        "seydou simon sofia sophie stefan stephane stephen steve steven susan sylvie tatiana teresa theo "
        "thierry thomas tim "
        "tom tony aaron abby abigail adrienne aiden aisha alicia allen allison alyssa amanda amber amy andrea "
        "angie annie "
        "april ashley austin barbara becky bernie beth betty beverly billy blake bob bobby bonnie brad bradley "
        "brandon brenda brent "
        "brett brianna brittany brooke bryan caleb cameron candace carl carol carolyn casey cathy chad charlie "
        "chase chelsea cheryl "
        "chester chloe christina christy chuck cindy clara clarence clayton cody colin connie corey courtney "
        "craig crystal curtis cynthia "
        "dale dana danielle danny darlene darrell darren dave dawn dean deborah debbie debra dennis derek diana "
        "diane don donna doris "
        "dorothy doug douglas duane dustin dwayne dwight dylan earl eddie edith edna edwin eileen elaine "
        "eleanor ella ellen emily eric erica "
        "erik erin ernest ethan ethel eugene eva evan evelyn florence floyd frances gail garrett gene geoffrey "
        "gerald gina gladys glen "
        "glenn gloria gordon grace graham grant gwen hailey hannah harold harvey hazel heather heidi helena "
        "henry herbert holly howard hunter "
        "irene isaac jackie jacob jake jamie janet janice jared jasmine jay jeffery jeffrey jenna jenny jeremy "
        "jermaine jerry jesse jessica "
        "jill jimmie joan joann joanne jodi joel johnny jon jonas jordan josh joshua joy joyce juanita judith "
        "judy justin kaitlyn kara "
        "katherine kathleen kathryn kathy katie kayla keith kelly kelsey kenneth kenny kent kerry kevin kim "
        "kimberly kristen kristin kurt kyle "
        "lance larry lauren lawrence leah leon leonard leroy leslie lester liam lillian linda lindsay lindsey "
        "lloyd logan lois lonnie lori "
        "lorraine louise lucille lucy lynn mabel mackenzie madison mandy marcia marcus margie marilyn marissa "
        "marjorie marlene marsha "
        "marshall marvin mathew matt megan melanie melinda melissa melvin meredith micah michelle mildred "
        "milton mindy miranda misty "
        "mitchell molly monica morgan myra nancy natalie natasha nathan nathaniel neil nick nicholas nicole "
        "noah noel nora norma norman olivia "
        "pam pamela pat patsy patty pauline peggy penny phil phillip phyllis polly preston priscilla ralph "
        "randall randy ray raymond regina "
        "reginald renee rhonda rick ricky rita rob robbie robin rod rodney ron ronnie rosemary ross roy ruby "
        "russell ryan sabrina sally "
        "samantha sammy savannah sean seth shane shannon sharon shaun shawn sheila shelby shelly sheri sherry "
        "shirley sidney sierra spencer "
        "stacey stacy stanley stella stephanie stewart stuart sue summer suzanne sydney tamara tammy tanya tara "
        "taylor ted teri terrance "
        "terrence terri terry tiffany tim timothy tina todd tommy toni tonya tracy travis trevor troy tyler "
        "valerie vanessa vernon veronica "
        "vicki vickie vincent virginia vivian wade wallace wanda warren wayne wendell wendy wesley whitney "
        "willard willie wilma yolanda "
        "yvonne zach zachary nigel gareth alistair hamish callum ewan declan niall ciaran siobhan aoife sinead "
        "gemma lewis "
        "rajesh suresh amit anil sunil sanjay vijay rahul priya arun deepak manoj ravi sunita anita chinedu "
        "emeka ngozi tunde segun "
        "abubakar aliyu sani umar musa yakubu kwame kofi wanjiru otieno njoroge "
        "valentina vera victor vincent vladimir walter werner will william yann yves yusuf zoe "
        "израэль майкл джон иван сергей дмитрий николай михаил андрей алексей александр владимир олег игорь павел "
        "محمد أحمد علي حسن حسين إبراهيم موسى عمر خالد يوسف عبد مايكل"
    )
)
"""First names that are common in news and are no places' beginnings; a place's name behind one is a surname."""

BODIES = frozenset(forms("university bank college church battle treaty house order king queen duke prince earl"))
"""Words behind whose "of" a name tells of no place where somebody lives."""

BEFORE_ORGANISATION = frozenset(
    forms(
        "fc ac afc as cf sc real inter racing dynamo sporting olympique stade club rc ks athletic atletico deportivo "
        "hotel hôtel rue avenue boulevard calle avenida rua via restaurant café bank banque radio фк "
        "динамо شارع نادي"
    )
)
AFTER_ORGANISATION = frozenset(
    forms(
        "fc ac afc cf sc united rovers wanderers athletic hotspur inc ltd llc gmbh corp plc group holdings airlines "
        "street st road rd avenue ave boulevard blvd lane drive square magazine times herald gazette tribune post news "
        "journal courier chronicle observer bank church chapel hall house park award prize foundation institute "
        "company "
        "brothers sons partners motors college university school academy elementary middle stadium arena hospital "
        "bridge act theory effect family trophy"
    )
)
"""Words beside which a name belongs to a club, a firm, a street or a house."""

STARTERS = frozenset(
    forms(
        "the a an and but or so then when while if as after before since until although because most many some "
        "all no not "
        "this that these those its their his her our my your who what where why how was is are were has had "
        "will may can "
        "also only even still yet le la les un une des el los las una der die das ein eine und mais pour para"
    )
)
"""Words that have a capital where a sentence begins with them."""

CIVIC = frozenset(
    forms(
        "police mayor residents resident city town council councillor councilman officials firefighters schools "
        "district "
        "bureau department legislature lawmakers highway patrol law public national guard voters supreme state "
        "governor gov "
        "assembly senate house man woman men women teen couple resident driver boy girl family farmer farmers "
        "sheriff area native airport border region province district suburb suburbs native downtown"
    )
)
"""Words behind a place's name in reports of what happens there."""

COUNTY = frozenset(forms("county counties parish shire borough township"))
"""Words that make of a town's name that of a larger area."""

BOTH_SIDES = frozenset(forms("and und et y e и و or ou"))
"""Words that join two places."""

STATES = {
    form: code
    for code, abbreviations in {
        "AL": "al ala", "AK": "ak", "AZ": "az ariz", "AR": "ar ark", "CA": "ca calif", "CO": "co colo", "CT": "ct conn",
        "DE": "de del", "FL": "fl fla", "GA": "ga", "HI": "hi", "ID": "id", "IL": "il ill", "IN": "in ind", "IA": "ia",
        "KS": "ks kan", "KY": "ky", "LA": "la", "ME": "me", "MD": "md", "MA": "ma mass", "MI": "mi mich", "MN": "mn minn",
        "MS": "ms miss", "MO": "mo", "MT": "mt mont", "NE": "ne neb", "NV": "nv nev", "NH": "nh", "NJ": "nj", "NM": "nm",
        "NY": "ny", "NC": "nc", "ND": "nd", "OH": "oh", "OK": "ok okla", "OR": "or ore", "PA": "pa penn", "RI": "ri",
        "SC": "sc", "SD": "sd", "TN": "tn tenn", "TX": "tx tex", "UT": "ut", "VT": "vt", "VA": "va", "WA": "wa wash",
        "WV": "wv", "WI": "wi wis", "WY": "wy wyo", "DC": "dc",
    }.items()
    for form in abbreviations.split()
}  # fmt: skip
"""How American newspapers shorten the states behind a town's name, with the postal codes."""

TWO_LETTERS = {"n h": "NH", "n j": "NJ", "n m": "NM", "n y": "NY", "n c": "NC", "n d": "ND", "r i": "RI", "s c": "SC",
               "s d": "SD", "w va": "WV", "d c": "DC"}  # fmt: skip
"""Likewise, in two words."""

REPORTED = frozenset(
    forms("says said told tells laughs smiles thinks loves added explained recalled joked scored testified pleaded")
)
"""Verbs of people."""

METROPOLIS = 1_000_000
"""People from which on a town alone says which country an article is about, where no other place is called so."""
