"""The words of sayings in French: by what they mean, phrases with "|" between them."""

GREETINGS = {
    "greeting": (
        "bonjour|bonsoir|salut|coucou|hello|cher crieur|crieur|ok|alors|bon|bien|d'accord|donc|au fait|voila"
        "|bonjour a toi|bonjour crieur|ah|oui|en fait"
    ),
}

POLITE = {
    "ask": (
        "peux tu|pouvez vous|pourrais tu|pourriez vous|tu peux|vous pouvez|tu pourrais|vous pourriez|peut on"
        "|pourrait on|est ce que tu peux|est ce que vous pouvez|est ce que tu pourrais"
        "|est ce que vous pourriez|on peut|serait il possible de|est il possible de"
        "|est il possible d'|veux tu|voudrais tu"
        "|voulez vous|peux tu s'il te plait|pouvez vous s'il vous plait|aurais tu|pourrais tu s'il te plait"
        "|pourriez vous s'il vous plait|est ce possible de|c'est possible de|serait il possible d'"
        "|merci de bien vouloir"
    ),
    "wish": (
        "je voudrais un|je voudrais une|j'aimerais un|j'aimerais une|"
        "merci de|merci d'|veuillez|je voudrais|je veux|j'aimerais|je souhaite|je souhaiterais|il faut"
        "|il faudrait|on doit|nous devons|nous voulons|on voudrait|nous voudrions|nous souhaitons"
        "|s'il te plait|s'il vous plait|stp|svp|il faut qu'on|pense a|pensez a|j'ai besoin de|j'ai besoin d'"
        "|on va|je dois|je voudrais que tu|je veux que tu|n'oublie pas de|je vais|aide moi a|aidez moi a"
        "|il me faut|il faudra|prière de|priere de"
    ),
}

FILLERS = {
    "": (
        "s'il te plait|s'il vous plait|stp|svp|merci|merci beaucoup|merci d'avance|merci bien|si possible"
        "|si tu peux|si vous pouvez|un message|le message|ce message|le message suivant|les|le|la|l'|un|une"
        "|des|de|d'|du|au|aux|a|en|et|ou|y|leur|lui|ceci|cela|ca|ce|cette|ces|nos|notre|mes|mon|ma|votre|vos"
        "|que|qu'|pour|dans|sur|avec|envoi|envoie le|envoie la|envoyez le|envoyez la|envoie les|envoie"
        "|envoyer|envoyez|envoi le|depart|depart le|diffusion|a envoyer|a diffuser|l'envoyer|partir|qui part"
        "|il part|elle part|a partir|message|texte|campagne|une campagne|la campagne|nouvelle campagne"
        "|nouvelle|collegues|personnes|gens|le texte suivant|comme suit|suivant|suivante|un petit message"
        "|petit|programme|programmer|programme le|programme la|planifie|planifier|planifie le|planifie la"
        "|debut|commence|demarre|le brouillon|brouillon|mets|mets le|mets la|mets les|mettre|mettez|mettez le"
        "|met le|met|le mettre|passe|passe le|passe la|passer|passez|fais|fais le|rends le|decale|decale le"
        "|decale la|decaler|deplace|deplace le|reporte|reporte le|repousse|repousse le|avance le|avance"
        "|change|change le|change la|modifie|modifie le|marque|marque le|comme|il|elle|on|se|s'|est|sera|doit"
        "|devrait|que ce soit|soit|je veux|je voulais|dire|voulais dire|non|oui|plutot|a tous|ensuite|puis"
        "|et puis|de plus|date|heure|quand|qui|destinataires|audience|cible|un envoi|envois|notification"
        "|une notification|annonce|une annonce|communication|bonjour|ok|note|une note|rapide|court|suivants"
        "|tout|va|vas|ira|envoyee|envoye|aller|faut|t'|te|toi|vous|nous|tu|suffit|suffira|suffisent|style"
        "|remets le|remets|remettre|n'|ne|diffuse|diffuser|diffuse le|par|etre|sois|ainsi|besoin|pas besoin"
        "|donc|alors|finalement|etale|etale le|etale l'envoi|etale les envois|repartis|repartis le"
        "|repartis l'envoi|meme heure|a la meme heure|ce qui suit|faire|pile|precises|tapantes"
    ),
}

ORDERS = {
    "tell": (
        "dis|dis a|dire|dites|previens|prevenir|prevenez|informe|informer|informez|avertis|avertir|avertissez"
        "|annonce|annoncer|annoncez|rappelle|rappeler|rappelez|notifie|notifier|notifiez|signale|signaler"
        "|signalez|indique|indiquer|fais savoir|faire savoir|faites savoir|fait savoir|alerte|alerter|alertez"
        "|avise|aviser|precise|preciser|explique|apprends|fais part|faire part|previens les|tiens au courant"
        "|communique"
    ),
    "ask": (
        "demande|demander|demandez|invite|inviter|invitez|propose|proposer|proposez|interroge|interroger"
        "|encourage|encourager|prie|conseille"
    ),
    "send": (
        "envoie le|envoie la|envoie les|envoyez le|envoyez la|envoie ca|programme le|planifie le|diffuse le"
        "|envoie|envoi|envoyer|envoyez|ecris|ecrire|ecrivez|communique|communiquer|communiquez|transmets"
        "|transmettre|transmettez|diffuse|diffuser|diffusez|publie|publier|publiez|partage|partager|adresse"
        "|adresser|adressez|poste|poster|message pour|message a|message aux|message au|un message pour"
        "|un message a|un message aux|un message au|note pour|note a|note aux|annonce pour|annonce aux"
        "|campagne pour|campagne a|campagne aux|campagne au|communication pour|push pour|communication aux"
        "|rappel pour|rappel aux|rappel a|passe le message a|passe le mot|fais passer le mot"
        "|faites passer le mot|fais passer l'info|fais passer|pousse|poussez|info pour"
        "|information pour"
    ),
    "make": (
        "campagne|nouvelle campagne|nouveau message|cree|creer|creez|cree une campagne|creer une campagne"
        "|prepare|preparer|preparez|prepare une campagne|lance|lancer|lancez|lance une campagne|programme"
        "|programmer|planifie|planifier|une nouvelle campagne|une campagne|monte une campagne"
        "|fais une campagne|faire une campagne|redige|rediger|redige un message|une autre campagne"
        "|autre campagne"
    ),
    "poll": (
        "sondage|un sondage|fais un sondage|lance un sondage|cree un sondage|petit sondage|nouveau sondage"
        "|vote|sonde|envoie un sondage"
    ),
}

REMIND = "rappelle|rappeler|rappelez"

ASKING = (
    "rappelle rappeler rappelez demande demander demandez dis dire dites propose proposer invite inviter invitez"
    " encourage encourager prie conseille"
)

QUESTIONS = (
    "qui que quoi quel quelle quels quelles quand combien comment pourquoi ou est ai as avez avons a puis peut"
    " dois doit faut lequel laquelle"
)

STATEMENTS = "je j' nous il elle ils elles on c' ce ca cela tu vous y"

CHAT = {
    "thanks": (
        "merci|merci beaucoup|merci bien|grand merci|mille mercis|merci a toi|merci a vous|merci infiniment"
        "|je te remercie|je vous remercie|merci d'avance"
    ),
    "praise": (
        "c'etait parfait|c'est parfait|parfait|super|genial|tres bien|nickel|top|impeccable|excellent|bravo"
        "|bien joue|c'est bon|c'est bien|c'est super|c'est top|cool|chouette|ca me va|ca marche"
        "|c'est tres bien|beau travail|bon travail|tout est bon|ca a l'air bien|c'etait super|c'est nickel"
        "|magnifique|formidable|c'est note|bien|c'est genial|ca roule"
    ),
    "hello": (
        "bonjour|bonsoir|salut|coucou|comment ca va|comment allez vous|comment vas tu|ca va|ca va bien"
        "|quoi de neuf|comment tu vas|tu vas bien|vous allez bien"
    ),
    "bye": (
        "au revoir|a bientot|a demain|bonne journee|bonne soiree|bonne nuit|a plus|a plus tard|bon week-end"
        "|a tout a l'heure"
    ),
    "who": (
        "qui es tu|qui etes vous|tu es qui|t'es qui|vous etes qui|c'est quoi crieur|qu'est ce que crieur"
        "|que sais tu faire|que peux tu faire|que fais tu|a quoi tu sers|es tu un robot|es tu un bot"
        "|comment t'appelles tu|qu'est ce que tu sais faire|qu'est ce que tu peux faire|que savez vous faire"
        "|que pouvez vous faire|tu sers a quoi|c'est quoi|es tu humain|etes vous un robot"
    ),
    "filler": (
        "ok|oui|d'accord|alors|bon|tout|tous|toutes|et|a toi|a vous|pour tout|pour ca|vraiment|aujourd'hui"
        "|tres|crieur|beaucoup|bien|c'est|c'|est|de ta part|pour ton aide|pour votre aide|a tous|donc|encore"
        "|infiniment|le bot|mdr|ah|ca"
    ),
    "no": "laisse tomber|non merci|rien|oublie|pas maintenant|tant pis|laissez tomber",
}

SEND = {
    "send": (
        "envoie le|envoie la|envoie les|envoyez le|envoyez la|envoie ca|programme le|planifie le|diffuse le"
        "|envoie|envoyer|envoyez|vas y|allez y|lance|lance le|lance la|programme la|planifie la|publie"
        "|publie le|publie la|diffuse la|envoie la campagne|go|c'est parti|on y va|tu peux envoyer"
        "|vous pouvez envoyer|tu peux l'envoyer|vous pouvez l'envoyer|valide|valider"
        "|envoie maintenant le message|programmer|envoie le message|diffuse|lance la campagne"
        "|programme la campagne|fais le|confirme|je valide|je confirme|lancer|allez|valide la|valide le"
    ),
}

DELETE = {
    "delete": (
        "supprime|supprimer|supprimez|efface|effacer|effacez|annule|annuler|annulez|enleve|jette|jeter"
        "|abandonne|abandonner|detruis"
    ),
}

THE_CAMPAIGN = {
    "draft": (
        "le brouillon|ce brouillon|mon brouillon|la campagne|cette campagne|brouillon|campagne|le|la|ca|tout"
        "|cela|tout ca|le message|la liste|le modele"
    ),
}

EVERYONE = {
    "everyone": "tout le monde|toute l'entreprise|toute la societe|toutes et tous|tous et toutes|toute la boite",
}

NOT_KNOWN = "tout le personnel|tous les employes|clients|l'equipe|le bureau"

EXCEPT = {
    "except": (
        "ne dis pas a|ne dis pas aux|ne dis rien a|ne dis rien aux|ne previens pas les|sauf|sauf a|sauf pour"
        "|excepte|hors|hormis|sans|mais pas|mais pas a|mais pas pour|pas|pas a|pas aux|pas au|pas pour"
        "|a l'exception de|a l'exception du|a l'exception des|a part|en excluant|exclus|exclure|et pas|ni"
        "|et sans|mais sans|mais pas aux|mais pas au|sauf aux|sauf au|en dehors de|en dehors du|en dehors des"
        "|ne l'envoie pas|ne l'envoie pas a|ne l'envoie pas aux|ne l'envoie pas au|surtout pas|surtout pas a"
        "|surtout pas aux|a l'exclusion de|a l'exclusion des|a l'exclusion du|moins|ne previens pas"
        "|qui ne sont pas a|qui ne sont pas au|qui ne sont pas aux|qui ne sont pas dans|pas dans|sauf s'ils sont"
        "|n'informe pas|n'inclus pas|ne pas inclure|ne pas envoyer a|ne pas envoyer aux|exclut"
    ),
}

THOSE = {
    "": (
        "ceux de|ceux du|ceux des|ceux d'|ceux a|ceux de l'|ceux de la|celles de|celles du|celles des|celles d'"
        "|ceux qui sont a|ceux qui sont au|ceux qui travaillent a|ceux et celles de|ceux et celles du|tous ceux de"
        "|tous ceux du|les gens de|les gens du|les gens des|les personnes de|les personnes du|les collegues de"
        "|les collegues du|l'equipe de|l'equipe du"
    ),
}

ADD = {
    "add": (
        "ajoute|ajouter|ajoutez|rajoute|rajouter|aussi|egalement|inclus|inclure|et aussi|en plus|aussi a"
        "|aussi au|aussi aux|ainsi que|envoie le aussi|envoie la aussi|plus|ajoute aussi|rajoutez|mets aussi"
        "|de meme"
    ),
}

REMOVE = {
    "remove": (
        "enleve|enlever|enlevez|retire|retirer|retirez|supprime|supprimer|supprimez|sans|plus de|pas de|pas"
        "|vire|efface|ote|oter|exclus|exclure|aucun|aucune|supprime le|enleve le|plus le|plus la|plus les"
        "|annule"
    ),
}

ONLY = {
    "only": (
        "seulement|uniquement|juste|seulement a|seulement au|seulement aux|uniquement a|uniquement aux"
        "|uniquement au|rien que|que|exclusivement|pour|simplement"
    ),
}

INSTEAD = {
    "instead": (
        "plutot|en fait|je voulais dire|non je voulais dire|a la place|je parlais de|finalement|correction"
        "|pardon|je pensais a|je parlais du|je parlais des|oups|rectification"
    ),
}

NOT_THAT = {
    "not": (
        "au lieu de|au lieu d'|au lieu du|au lieu des|plutot que|plutot qu'|et non|et non pas|et pas"
        "|a la place de|a la place du|a la place des"
    ),
}

JOINING = {
    "and": (
        "et|ou|et a|et au|et aux|et les|et le|et la|ainsi que|et pour|plus|et pour le|et pour la|et pour les|et a l'"
    ),
}

TO = {
    "to": (
        "a|au|aux|pour|a la|a l'|pour le|pour la|pour les|pour l'|a tous|a tous les|a toute la|a toutes les"
        "|pour tous les|pour tous|aupres de|aupres des|aupres du"
    ),
}

ARTICLES = (
    "le la les l' un une des du de d' nos notre mes mon ma tous tout toute toutes chaque ces ce cette vos votre leurs"
)

GENERIC = "equipe equipes liste listes groupe groupes collegues service departement membres gens personnel diffusion"

#: as in English
ANYBODY = "personnes gens collegues employes salaries collaborateurs ceux celles tous toutes utilisateurs"
PLACED = "a au aux en dans de du des d' sur chez basee basees bases base"
WHO = "qui"
NOT = "pas jamais hors"
AUXILIARY = "ne n' ont a avaient pas jamais encore deja l' y"
ARE = "sont est travaillent travaille vivent vit ne n' pas"
SPEAK = "parlent parle parlant"
ACTS = {
    "received": "recu|recue|recus",
    "opened": "ouvert|ouverte|lu|lue",
    "clicked": "clique",
    "confirmed": "confirme|confirmee",
    "answered": "repondu",
}
LED_BY = {
    "": (
        "qui dependent de|qui dependent d'|qui releve de|qui relevent de|qui relevent d'|qui travaillent pour"
        "|dont le responsable est|dont la responsable est|dont le manager est|dont la manager est|dont le chef est"
        "|dont la cheffe est|manages par|managees par|encadres par|encadrees par|diriges par|dirigees par"
        "|qui sont manages par|qui sont encadres par|qui sont diriges par"
    ),
    "not": (
        "qui ne dependent pas de|qui ne dependent pas d'|qui ne relevent pas de|qui ne relevent pas d'"
        "|dont le responsable n'est pas|dont la responsable n'est pas|dont le manager n'est pas"
    ),
}
BEFORE_CAMPAIGN = "a au aux dans sur la le l' les de du d' lien campagne message"

PLACEHOLDERS = {
    "me": "moi|me|m'|nous|moi meme",
}

BUTTON = {
    "button": "bouton|boutons|lien|bouton lien",
}

BUTTON_OPENS = {
    "button": (
        "ajoute des boutons|ajoute deux boutons|ajoute les boutons|avec les boutons|avec deux boutons"
        "|avec un bouton|avec bouton|ajoute un bouton|ajouter un bouton|ajoutez un bouton|un bouton|bouton"
        "|et un bouton|avec le bouton|plus un bouton|mets un bouton|avec un lien|ajoute un lien"
        "|et ajoute un bouton|un lien|rajoute un bouton|lien|un autre bouton|ajoute un autre bouton"
        "|mettez un bouton|ajouter un lien|et un lien|ajoute le bouton|le bouton|inclus un bouton"
    ),
}

LEADS = {
    "to": (
        "vers|qui mene a|qui mene vers|menant a|menant vers|qui pointe vers|pointant vers|qui ouvre|a|sur"
        "|pour|au|nomme|intitule|appele|lien|qui dit|avec|vers la page|url|adresse|qui renvoie vers"
        "|renvoyant vers|qui va vers|vers l'adresse"
    ),
}

CALLED = {
    "called": "nomme|intitule|appele|qui dit|avec le texte|avec les mots|libelle|dit",
}

CONFIRM = {
    "ack": (
        "demande leur de confirmer|demander de confirmer|demande de confirmer|demande une confirmation"
        "|demander une confirmation|demandez leur de confirmer|demande la confirmation|avec confirmation"
        "|bouton de confirmation|un bouton de confirmation|avec un bouton de confirmation"
        "|avec accuse de lecture|demande un accuse de lecture|avec un accuse de lecture"
        "|demande une confirmation de lecture|avec confirmation de lecture|confirmation de lecture"
        "|qu'ils confirment|qu'elles confirment|ils doivent confirmer|a confirmer|avec une confirmation"
        "|ajoute une confirmation|ajouter une confirmation|fais les confirmer|fais leur confirmer"
        "|confirmation demandee|confirmation obligatoire|confirmation requise"
        "|avec une confirmation de lecture|ajoute un bouton de confirmation|de confirmer"
        "|leur demander de confirmer|demande confirmation|demander confirmation|demande a tous de confirmer"
        "|demande a tout le monde de confirmer|avec un bouton j'ai lu|et de confirmer|accuse de lecture"
        "|demande leur confirmation|demande d'accuse de lecture|demande leur d'accuser reception"
        "|avec accuse de reception|demande un accuse de reception|accuse de reception|et qu'ils confirment"
        "|je veux qu'ils confirment|il faut qu'ils confirment|demande leur une confirmation"
    ),
}

CONFIRM_MORE = {
    "": (
        "la lecture|lecture|leur lecture|qu'ils l'ont lu|qu'ils ont lu|qu'elles ont lu|la reception|reception"
        "|qu'ils l'ont bien lu|de lecture|avoir lu|l'avoir lu|avoir bien lu|la bonne lecture"
        "|qu'ils ont bien lu|qu'ils l'ont lue|la prise de connaissance|que c'est lu"
    ),
}

NO_CONFIRM = {
    "ack": (
        "pas de confirmation|sans confirmation|plus de confirmation|enleve la confirmation"
        "|retire la confirmation|supprime la confirmation|pas besoin de confirmer|pas besoin de confirmation"
        "|enleve le bouton de confirmation|retire le bouton de confirmation"
        "|supprime le bouton de confirmation|inutile de confirmer|sans accuse de lecture|sans la confirmation"
        "|plus besoin de confirmer|plus besoin de confirmation|ne demande pas de confirmation"
        "|ne leur demande pas de confirmer|pas d'accuse de lecture"
    ),
}

ANSWERS = {
    "answers": (
        "reponses|choix|options|reponses rapides|reponses possibles|les reponses|ajoute des reponses"
        "|ajoute les reponses|avec les reponses|avec reponses|avec les choix|avec les options|au choix"
        "|ajoute un sondage|avec pour reponses|ajoute les choix|les choix|ils peuvent repondre|reponse"
        "|avec comme reponses|ajoute des reponses rapides|propose les reponses|reponses proposees"
        "|ajouter des reponses|ajouter les reponses|et les reponses"
    ),
}

#: between "de" and a verb: "de ne plus se garer"
BEFORE_AN_INFINITIVE = frozenset(["se", "s'", "ne", "pas", "plus", "jamais", "rien", "n'", "y", "en", "l'", "bien"])

YES_OR_NO = {"": "oui ou non|oui et non|oui / non"}

TITLE = {
    "title": (
        "titre|le titre|avec le titre|avec pour titre|avec comme titre|objet|l'objet|intitule"
        "|ayant pour titre|ajoute un titre|change le titre|changer le titre|mets le titre|mets comme titre"
        "|ajoute le titre|modifie le titre|avec titre|avec un titre|mets en titre|en titre|comme titre|sujet"
        "|le sujet|donne lui le titre|pour titre|renomme le titre|remplace le titre"
    ),
}

NAME = {
    "name": (
        "nommee|appelee|nom|le nom|nomme la|appelle la|intitulee|renomme la campagne|renomme|renomme la"
        "|change le nom|nom de la campagne|du nom de|appelle la campagne|nomme la campagne"
    ),
}

IS = {
    "is": "est|en|par|sera|devient|:|=|doit etre|doit dire|a|serait|doit devenir",
}

TEXT = {
    "text": (
        "texte|le texte|avec le texte|avec pour texte|contenu|le contenu|change le texte|change le message"
        "|changer le texte|nouveau texte|le message|message|modifie le texte|modifie le message"
        "|remplace le texte|corps|le corps|remplace le message|texte du message|le texte est|le nouveau texte"
        "|le texte doit etre|le texte suivant|ce texte|texte suivant|mets le texte|reecris|le texte devient"
        "|remplace le texte par|change le texte en|avec ce texte|mets comme texte|avec comme texte|disant"
        "|le message suivant|avec le message|mets le message|changer le message"
    ),
}

STYLES = {
    "important": (
        "important|importante|style important|en important|mets le en important|marque le comme important"
        "|comme important|un message important|message important|haute importance|avec une importance haute"
        "|comme importante|haute priorite|priorite haute|avec une priorite haute|en priorite haute"
        "|importance haute|importance elevee|le style important|en style important"
        "|marque comme important|rends le important|passe le en important|mets la en important"
        "|style : important|de style important|au style important"
    ),
    "idea": (
        "style idee|comme idee|en idee|comme une idee|sous forme d'idee|mets le en idee|le style idee|idee"
        "|une idee|en style idee|de style idee|au style idee|passe le en idee"
    ),
    "success": (
        "style succes|comme succes|en succes|comme un succes|mets le en succes|le style succes|succes"
        "|un succes|en style succes|style reussite|comme une reussite|de style succes|au style succes"
        "|style bonne nouvelle|reussite"
    ),
    "message": (
        "style normal|message normal|un message normal|en normal|normal|style message|message simple"
        "|un message simple|style simple|style ordinaire|pas important|plus important|style standard"
        "|message ordinaire|remets le en normal|en message normal|style neutre|en message simple"
        "|en style normal|retire l'importance|enleve l'importance"
    ),
}

PRESENCE = {
    "available": (
        "seulement quand les gens sont disponibles|quand les gens sont disponibles"
        "|seulement s'ils sont disponibles|uniquement s'ils sont disponibles|quand ils sont disponibles"
        "|seulement quand ils sont disponibles|s'ils sont disponibles|uniquement quand ils sont disponibles"
        "|seulement aux personnes disponibles|uniquement aux personnes disponibles"
        "|seulement a ceux qui sont disponibles|uniquement a ceux qui sont disponibles"
        "|lorsqu'ils sont disponibles|si disponibles|seulement si disponibles|uniquement si disponibles"
        "|uniquement les personnes disponibles|seulement les personnes disponibles"
        "|seulement lorsqu'ils sont disponibles|uniquement lorsqu'ils sont disponibles"
        "|quand elles sont disponibles|si disponible|seulement si la personne est disponible"
        "|uniquement si la personne est disponible|seulement si disponible"
        "|uniquement quand les gens sont disponibles|quand la personne est disponible"
        "|seulement quand la personne est disponible|presence disponible|uniquement disponible"
        "|uniquement disponibles|seulement quand tout le monde est disponible"
        "|quand les destinataires sont disponibles|seulement quand les destinataires sont disponibles"
        "|seulement si les gens sont disponibles|uniquement si les gens sont disponibles"
        "|uniquement si disponible|seulement aux gens disponibles|des qu'ils sont disponibles"
    ),
    "present": (
        "disponible absent ou occupe|disponibles absents ou occupes|seulement s'ils sont en ligne"
        "|quand ils sont en ligne|seulement quand ils sont en ligne|uniquement s'ils sont en ligne"
        "|uniquement quand ils sont en ligne|s'ils sont en ligne|seulement s'ils sont presents"
        "|quand ils sont presents|s'ils sont presents|uniquement s'ils sont presents"
        "|seulement aux personnes en ligne|uniquement aux personnes en ligne|seulement s'ils sont connectes"
        "|quand ils sont connectes|uniquement s'ils sont connectes|s'ils sont connectes"
        "|meme s'ils sont absents ou occupes|seulement quand ils sont presents"
        "|seulement quand ils sont connectes|quand les gens sont en ligne"
        "|seulement quand les gens sont en ligne|si present|si presents"
    ),
    "always": (
        "peu importe la presence|quelle que soit la presence|meme hors ligne|meme s'ils sont hors ligne"
        "|sans tenir compte de la presence|qu'ils soient disponibles ou non|meme absents"
        "|meme s'ils sont absents"
    ),
}

LANGUAGES = {
    "en": "en anglais|version anglaise|une version anglaise|la version anglaise|anglais|l'anglais",
    "fr": "en francais|version francaise|une version francaise|la version francaise|francais|le francais",
}

OTHER_LANGUAGES = "allemand espagnol italien neerlandais portugais polonais chinois japonais arabe russe"

NOT_SUPPORTED = {
    "": (
        "ci joint|ci jointe|en piece jointe|la piece jointe|une piece jointe|pieces jointes|joint|jointe"
        "|une image|l'image|une photo|la photo|une affiche|l'affiche|une video|la video|un fichier|le fichier"
        "|un pdf|le pdf|par mail|par e-mail|par email|par courriel|un mail|un e-mail|un email|un courriel"
        "|un sms|par sms|en rouge|en bleu|en vert|en gras|en couleur|traduis|traduis le|traduire|traduit"
        "|par courrier|une lettre|un gif|un emoji|un son|sur sharepoint|sur whatsapp|sur slack|sur skype"
        "|dans un canal|dans le canal|un document|le document|un logo|le logo|cette image|cette photo"
        "|ce fichier|mail|e-mail|courriel|sms"
    ),
}

NOUNS_AFTER = (
    "affiche image photo video fichier pdf document lettre logo brochure presentation depliant piece jointe ci"
    " joint jointe"
)

ENDINGS = {
    "delete": (
        "reprends le|reprenez le|reprends les|reprends la|reprends le message|reprends les messages|retire le"
        "|retirez le"
        "|retire la|retire le message|retire les messages|retirez les messages|supprime le partout"
        "|supprime la partout"
    ),
    "line": "remplace le par une ligne|remplace la par une ligne|termine le|termine la|elle se termine|il se termine",
    "close": (
        "clos le sondage|cloture le sondage|cloturez le sondage|ferme le sondage|fermez le sondage|clos le vote"
        "|cloture le vote|ferme le vote|clos le|clos la question|arrete le sondage|le sondage se termine"
        "|le sondage ferme|fin du sondage"
    ),
}

CHASE = {
    "": (
        "relance|relance les|relancer|relancez|et relance|relance ceux|relances|avec relance|avec relances"
        "|fais une relance|rappelle leur|une relance|jusqu'a ce qu'ils|jusqu'a ce qu'elles"
        "|jusqu'a confirmation|tant qu'ils n'ont|rappelle a ceux|avec un rappel|puis relance|rappels"
        "|et rappelle leur|reprends les messages|retire les messages|relance chaque|rappelle le leur"
        "|relancer ceux"
    ),
}

REMINDERS = {
    "": (
        "relance|relance les|relancer|relancez|relancez les|relances|fais une relance|une relance|envoie une relance"
        "|rappelle le leur|rappelle leur|rappelle|avec un rappel|avec des rappels|un rappel|rappel|rappels"
        "|avec relance"
        "|avec relances|envoie un rappel"
    ),
}
UNTIL = {
    "until": (
        "jusqu'a ce qu'ils|jusqu'a ce qu'elles|jusqu'a ce que tous|jusqu'a ce que tout le monde|jusqu'a ce que chacun"
        "|jusqu'a"
    ),
    "while": "tant qu'ils|tant qu'elles|tant que tous",
    "who": "ceux qui|celles qui|tous ceux qui|ceux et celles qui|les personnes qui|a ceux qui|qui",
}
HAVING = "ont aient ait a ne n' l' les tous toutes encore y"
ACTS_DONE = {
    "opened": "ouvert|ouverte|ouvrent|ouvre|ouverture",
    "confirmed": "confirme|confirmee|confirment|confirmation",
    "answered": "repondu|repondent|reponde|reponse|vote|votent",
}
DISTANCES = {"every": "tous les|toutes les", "after": "apres|au bout de|au bout d'|d'ici|sous"}
DAY_UNITS = {"day": "jour|jours", "week": "semaine|semaines"}
LATER = {"": "apres|plus tard"}
DAILY = {
    "1": "chaque jour|tous les jours|quotidiennement|le lendemain|chaque jour ouvre|tous les jours ouvres",
    "2": "un jour sur deux",
    "5": "chaque semaine|toutes les semaines|par semaine",
}
OFTEN = {"1": "une fois", "2": "deux fois", "3": "trois fois"}
WORKING = "ouvres ouvrables ouvre ouvrable"
REMINDER_FILLERS = ", et puis les le la a encore au plus maximum seulement de l' fois"

DEADLINES = {
    "": "avant|d'ici|d'ici a|au plus tard|pas plus tard que|d'ici au|avant le|d'ici le",
}

EVERY = {
    "": (
        "chaque|tous les|toutes les|tous les deux|toutes les deux|tous les 2|toutes les 2|tous les trois"
        "|toutes les trois|un|tous les premiers|chaque premier|le premier|le dernier"
    ),
}

PERIODS = (
    "jour jours semaine semaines mois lundi mardi mercredi jeudi vendredi samedi dimanche lundis mardis mercredis"
    " jeudis vendredis samedis dimanches matin matins soir soirs heure heures trimestre an ans"
)

AGAIN = {
    "": (
        "quotidiennement|hebdomadaire|mensuel|mensuellement|quotidien|quotidienne|hebdomadairement|mensuelle"
        "|une fois par semaine|une fois par mois|une fois par jour|deux fois par semaine|deux fois par jour"
        "|par semaine|par mois|repete|repetition|recurrent|recurrente|les lundis|les mardis|les mercredis"
        "|les jeudis|les vendredis|un lundi sur deux|une semaine sur deux|a repeter|repete le"
    ),
}

RELATIVE_DAYS = {
    "": "aujourd'hui|demain|apres demain|ce matin|cet apres midi|ce soir|hier",
}

FIELDS = "a pour quand qui destinataires date debut style heure envoi depart cible presence"

FOLLOWS = {
    "": "ceci|suivant|suivante|comme suit|ci dessous",
}

THANKS = {
    "": ("merci|merci beaucoup|merci d'avance|stp|svp|s'il te plait|s'il vous plait|merci bien|stp merci|svp merci"),
}

ADDRESS_WORDS = {"ils": "vous", "elles": "vous", "leur": "votre", "leurs": "vos", "eux": "vous"}

AUXILIARIES = ""

IN_TEXT = {
    "": "dans le texte|dans le message|du texte|dans le corps|du message",
}

MORE_TEXT = {
    "": (
        "a la fin|tout en bas|en bas|en dessous|une ligne|une autre ligne|une phrase|une autre phrase|un paragraphe"
        "|la ligne|la phrase|cette ligne|cette phrase|les mots|au texte|au message|a la fin du texte"
        "|a la fin du message|une ligne a la fin|une phrase a la fin|a la suite"
    ),
}

SWAP = {
    "": "remplace|remplacer|remplacez|change|changer|corrige|corriger|mets|echange|substitue",
}

SWAP_BY = {
    "": "par|en|avec",
}
