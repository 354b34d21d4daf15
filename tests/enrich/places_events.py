# ruff: noqa: E501 - a report a line
"""Short reports with the place where the reported thing happened, and others named in passing. Title, text, event's places."""

EVENTS = [
    ("Bomb kills nine at market", "A bomb killed nine in Quetta on Friday, police said. Islamabad blamed men from Kandahar.", {"Quetta"}),
    ("Ferry sinks off Zanzibar", "A ferry from Dar es Salaam sank off Zanzibar. Divers came from Mombasa.", {"Zanzibar"}),
    ("Quake shakes Izmir", "An earthquake shook Izmir on Monday. Ankara sent rescuers, and Athens offered help.", {"İzmir"}),
    ("Gunmen raid village", "Gunmen raided a village near Djibo, in Burkina Faso, on Sunday. The army in Ouagadougou said nothing.", {"Djibo"}),
    ("Cholera reaches Maiduguri", "Cholera has reached Maiduguri. Earlier cases were in Kano and in N'Djamena, across the border in Chad.", {"Maiduguri"}),
    ("Minister sacked", "The minister of mines was sacked in Bamako on Tuesday. He had visited Moscow and Beijing this year.", {"Bamako"}),
    ("Tornado destroys homes in Joplin", "A tornado destroyed 40 homes in Joplin, Missouri. Crews came from Tulsa and Kansas City.", {"Joplin"}),
    ("Rebels take airport", "Rebels took the airport at Goma on Thursday. Kinshasa accuses Kigali, and talks in Luanda were put off.", {"Goma"}),
    ("Strike shuts port", "A strike shut the port of Rotterdam on Monday. Ships were sent to Antwerp and Hamburg.", {"Rotterdam"}),
    ("Floods in Derna", "Derna was under water again on Friday. Boats came from Benghazi; Tripoli promised money.", {"Darnah"}),
    ("Student found dead", "A student from Lyon was found dead in Grenoble on Saturday. Her parents live in Paris.", {"Grenoble"}),
    ("Mine collapse", "Eleven miners died when a shaft fell in at Kolwezi on Wednesday. The firm has its seat in Toronto.", {"Kolwezi"}),
    ("Attaque à Sévaré", "Des hommes armés ont attaqué un camp à Sévaré. Bamako a envoyé des renforts depuis Ségou.", {"Sévaré"}),
    ("Incendie à Abidjan", "Un incendie a détruit un marché à Abidjan. Des commerçants de Bouaké ont tout perdu.", {"Abidjan"}),
    ("Взрыв в Белгороде", "Взрыв прогремел в Белгороде в ночь на вторник. В Москве объявили о проверке.", {"Belgorod"}),
    ("Обстрел Харькова", "Ночью под обстрел попал Харьков. В Киеве сообщили о раненых.", {"Kharkiv"}),
    ("Explosión en Bogotá", "Una explosión mató a tres personas en Bogotá. La policía busca a un hombre de Cali.", {"Bogotá"}),
    ("هجوم في غاو", "قتل جنديان في هجوم قرب غاو يوم الاثنين. وقالت باماكو إن التحقيق بدأ.", {"Gao"}),
    ("Train derails", "A train from Karachi left the rails near Nawabshah. The wounded were taken to Hyderabad.", {"Nawabshah"}),
    ("Zug entgleist", "Bei Hannover ist ein Zug aus Hamburg entgleist. Verletzte kamen nach Göttingen.", {"Hannover"}),
]  # fmt: skip
