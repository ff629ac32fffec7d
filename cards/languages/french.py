"""French."""

import re

from cards.languages.language import Language, ScheduleWords


def _kept_together(text: str) -> str:
    """No line begins with a colon, or ends with an opening quotation mark."""
    return re.sub(" (?=[:;?!»%])", "\u00a0", re.sub("« ", "«\u00a0", text))


FRENCH = Language(
    code="fr",
    name="Français",
    called=("french", "français"),
    variables={"FIRSTNAME": "PRENOM", "LASTNAME": "NOM", "EMAIL": "COURRIEL"},
    commands={
        "add author": ("ajouter auteur", "ajouter un auteur"),
        "add owner": ("ajouter propriétaire", "ajouter un propriétaire"),
        "add publisher": ("ajouter diffuseur", "ajouter un diffuseur"),
        "authors": ("auteurs",),
        "calendar": ("calendrier",),
        "campaigns": ("campagnes",),
        "cancel": ("annuler",),
        "cancel campaign": ("annuler la campagne",),
        "claim": ("réclamer",),
        "clone": ("cloner",),
        "compare": ("comparer",),
        "copy": ("copie", "copier"),
        "delete": ("supprimer",),
        "delete list": ("supprimer la liste", "supprimer liste"),
        "delete template": ("supprimer le modèle", "supprimer modèle"),
        "directory group": ("groupe de l'annuaire",),
        "distribution lists": ("listes de diffusion",),
        "duplicate": ("dupliquer",),
        "edit": ("modifier",),
        "export": ("exporter",),
        "export audit": ("exporter audit", "exporter l'audit"),
        "group": ("groupe",),
        "groups": ("groupes",),
        "hello": ("bonjour",),
        "help": ("aide",),
        "hi": ("salut",),
        "information": ("informations",),
        "language": ("langue",),
        "list": ("liste",),
        "lists": ("listes",),
        "mute": ("sourdine", "mettre en sourdine"),
        "my campaigns": ("mes campagnes",),
        "my lists": ("mes listes",),
        "my segments": ("mes segments",),
        "my templates": ("mes modèles",),
        "new": ("nouvelle",),
        "new campaign": ("nouvelle campagne",),
        "new list": ("nouvelle liste",),
        "new segment": ("nouveau segment",),
        "quiet": ("calme",),
        "quiet hours": ("heures calmes",),
        "remove author": ("retirer auteur", "retirer un auteur"),
        "remove owner": ("retirer propriétaire", "retirer un propriétaire"),
        "remove publisher": ("retirer diffuseur", "retirer un diffuseur"),
        "remove role": ("retirer le rôle", "retirer rôle"),
        "rename list": ("renommer la liste",),
        "rename template": ("renommer le modèle",),
        "report": ("rapport",),
        "roles": ("rôles",),
        "rules": ("règles",),
        "save as template": ("enregistrer comme modèle",),
        "schedule": ("planifier", "programmer"),
        "settings": ("réglages", "paramètres"),
        "share list": ("partager la liste",),
        "share template": ("partager le modèle",),
        "speak english": ("parle anglais",),
        "speak french": ("parle français",),
        "sequence": ("parcours", "séquence", "nouveau parcours", "nouvelle séquence"),
        "stop campaign": ("arrêter la campagne",),
        "stop": ("arrêter",),
        "template": ("modèle",),
        "templates": ("modèles",),
        "test": ("tester",),
        "topics": ("thèmes",),
        "try": ("essayer",),
        "try two texts": ("essayer deux textes", "essaie deux textes", "tester deux textes"),
        "try two texts:": ("essayer deux textes:", "essaie deux textes:", "tester deux textes:"),
        "try two titles": ("essayer deux titres", "essaie deux titres", "tester deux titres"),
        "try two titles:": ("essayer deux titres:", "essaie deux titres:", "tester deux titres:"),
        "unmute": ("réactiver",),
        "use template": ("utiliser le modèle", "utiliser modèle"),
    },
    headings={
        "address": "adresse adresses adressemail adresseemail adressecourriel adresseelectronique adressesip"
        " courriel courriels mel mels email emailprofessionnel mailprofessionnel messagerie adressedemessagerie bal"
        " courrier courrierelectronique adressesmail adressesemail adressemailpro emailpro mailpro boitemail",
        "sign in": "identifiant compte nomdutilisateur connexion nomdecompte utilisateur"
        " nomprincipaldelutilisateur nomdutilisateurprincipal nomutilisateur",
        "given": "prenom prenoms prenomusuel premierprenom prenomdusage",
        "surname": "nom nomdefamille nomusuel nomdusage nommarital patronyme noms",
        "whole": "nomcomplet nomaffiche nomdaffichage personne collaborateur collaboratrice prenomnom prenometnom"
        " salarie agent participant",
        "surname first": "nometprenom nomprenom nometprenoms nomprenoms nomsetprenoms nomsprenoms"
        " nompatronymiqueetprenom",
        "another's": "responsable responsables superieur superieure hierarchique hierarchie chef cheffe manager"
        " managers assistant assistante directeur directrice tuteur tutrice parrain marraine referent referente"
        " valideur valideuse approbateur encadrant encadrante demandeur demandeuse expediteur urgence conjoint"
        " conjointe secretaire recruteur rh drh delegue delegataire n1 n2 gestionnaire",
        "other": "personnel personnelle perso prive privee secondaire secours autre autres ancien ancienne"
        " precedent precedente seconde alias domicile supplementaire recuperation",
        "work": "pro professionnel professionnelle travail bureau entreprise societe principal principale interne"
        " officiel officielle",
        "small": "du de des la le les l d un une et ou electronique collaborateur collaboratrice salarie agent"
        " membre utilisateur participant invite destinataire obligatoire facultatif votre adresse",
        "also": "service departement direction site ville pays poste fonction titre societe entreprise telephone"
        " mobile portable equipe matricule numero statut type date langue remarques commentaire commentaires notes"
        " adressepostale rue codepostal region groupe unite batiment civilite",
    },
    titles="m. mme mlle dr docteur docteure pr. professeur professeure maitre monsieur madame mademoiselle mgr",
    delimiter=";",
    typeset=_kept_together,
    schedule=ScheduleWords(
        culture="fr-fr",
        small="à|de|du|le|la|les|pendant|durant|pour|dans|et|au|demain|midi|heures?|jours?",
        starts="dans|maintenant|tout de suite|imm[eé]diatement|d[eè]s que|aujourd.hui|demain|midi|minuit|matin|soir"
        "|semaine|week-end|lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche",
        lasts="et|pendant|durant|pour|sur|jusqu.|jusque|entre|de|du|à|a|au|matin|après-midi|soir|semaine|week-end|journée"
        "|heures?|jours?",
    ),
)
