"""Articles for the scenarios, written for them."""

AGENCY = (
    "Fighters of the Wagner Group have moved into the airfield south of Timbuktu, three officials and two residents of the"
    " northern Malian city said on Sunday. The column of eleven lorries and two armoured cars came by the road from Goundam"
    " before dawn.\n\nThe airfield was left by the last foreign troops in the autumn. A resident who sells water at its gate"
    " said that the new guards spoke Russian and bought bread without haggling.\n\nThe army did not answer questions. A"
    " western diplomat said that about two hundred men had been seen, and that others were expected in Gao within days.\n\n"
    "The wider Sahel has seen a year of attacks on convoys, and traders in Timbuktu say that fuel is again sold by the cup."
)
AGENCY_SHORTENED = AGENCY.rpartition("\n\n")[0]
AGENCY_BYLINED = "By our correspondent in Bamako\n\n" + AGENCY
OPERA = (
    "The festival opens on Friday with a new Lohengrin, and the house has not been so divided since the Ring of the last"
    " decade. The conductor takes the prelude slower than anyone now living, and the swan is a tram.\n\nWagner, who wrote the"
    " work in Dresden, never heard it whole before his exile ended. The chorus sings as if it had waited a year for this"
    " evening, and the tenor is in better voice than last summer. Tickets for the remaining six evenings are sold out; a"
    " screen will be put up in the park."
)
CLUB = (
    "L'Étoile du Sahel a battu le Club africain deux buts à un dimanche à Sousse, au terme d'un derby longtemps indécis."
    " Les visiteurs avaient ouvert la marque sur un coup franc avant que l'Étoile du Sahel ne renverse la rencontre dans le"
    " dernier quart d'heure.\n\nL'entraîneur a salué la patience de ses joueurs. Le club remonte à la deuxième place du"
    " championnat et reçoit Sfax mercredi. Le gardien, sorti blessé, sera absent trois semaines."
)
MARKET = (
    "The cattle market of Kayes reopened on Tuesday after two weeks of rain. Herders had kept their animals on the hills"
    " while the river stood in the lower streets, and buyers from Dakar had waited in the hotels by the station.\n\nPrices"
    " were a tenth higher than in October. The mayor said that the wall along the river would be mended before the spring,"
    " and that the stalls would be moved to higher ground by then. A vet looked at every animal that came in by lorry."
)
FLOOD = (
    "Eleven people drowned when a ferry turned over on the river near Mopti on Saturday, the prefect said. The ferry had"
    " left the eastern bank late in the evening with more than sixty passengers, their goods and a dozen sheep.\n\nFishermen"
    " pulled thirty people from the water. The search will go on at first light, and the crossing has been closed until a"
    " second ferry can be brought up from Ségou."
)
