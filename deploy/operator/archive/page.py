"""The page that goes with the archive: how to check it in ten years, with tools that Isoloir did not write."""

from __future__ import annotations

from datetime import datetime


def page(event: str, elections: list[str], now: datetime, sealed: bool) -> str:
    """The text, in French.

    Args:
        event: What the voting event is called.
        elections: A line for each: name, uuid, ballots, verdict.
        now: When the archive was made.
        sealed: Whether it holds what only the board's key opens.
    """
    listed = "\n".join(f"  - {line}" for line in elections)
    return TEXT.format(
        event=event,
        listed=listed,
        made=now.strftime("%d/%m/%Y à %H:%M UTC"),
        sealed=SEALED if sealed else UNSEALED,
    )


SEALED = """\
  scelle/    listes électorales, listes d'émargement, journaux : données personnelles, chiffrées au format age
             (age-encryption.org/v1) pour la clé d'archive du bureau. Avec cette clé dans le fichier cle.txt :
                 age --decrypt -i cle.txt -o FICHIER FICHIER.age
             Le format age est public (X25519, HKDF-SHA-256, ChaCha20-Poly1305) : à défaut du programme « age », tout
             programme qui le suit convient."""
UNSEALED = """\
  scelle/    ABSENT : cette archive est la partie publique seule. Elle ne suffit pas à l'article R211-580 : il y manque les
             listes électorales, les listes d'émargement et les journaux."""

TEXT = """\
ARCHIVE DU VOTE : {event}
Faite le {made}. À conserver deux ans sous scellés (article R211-580 du code général de la fonction publique), ou jusqu'à la
décision définitive en cas de recours.

Scrutins :
{listed}

CE QU'ELLE CONTIENT

  scrutins/  pour chaque scrutin, sous son identifiant :
             .bel               l'urne : électeurs désignés par leurs clés publiques, bulletins chiffrés, preuves, résultat
             .heads.jsonl       les empreintes que l'urne a publiées et signées heure par heure
             .register.jsonl    le registre des réassorts, chaîné et signé
             .sealing.json      ce qui a été scellé, signé
             .record.json       ce que le portail sait pour le procès-verbal
             .result.json       le résultat publié
             (d'un scrutin « SANS RÉSULTAT », arrêté ou annulé, ni l'un ni l'autre : l'urne est telle qu'elle a été fermée)
  logiciel/  les sources et les exécutables du logiciel, fichier par fichier, et les versions de ses bibliothèques
  documents/ les pièces publiques qui y ont été jointes (listes de candidats, professions de foi, procès-verbal signé)
{sealed}
  manifest.json, SHA256SUMS : la liste de tout ce qui précède, avec l'empreinte de chaque fichier

COMMENT LA VÉRIFIER, SANS RIEN D'ISOLOIR

1. Ouvrir : c'est un fichier tar (POSIX.1-2001), sans compression.
       tar -xf ARCHIVE.tar
2. Rien n'a changé depuis : SHA-256 est une norme publique (FIPS 180-4).
       sha256sum --check SHA256SUMS
   L'empreinte de SHA256SUMS lui-même figure au procès-verbal de l'archivage ; la comparer :
       sha256sum SHA256SUMS
3. Chaque urne prouve son résultat. Le protocole est Belenios, version 1 (belenios.org, spécification publique) ; un autre
   programme que le nôtre le vérifie :
       mkdir verifier ; cp scrutins/UUID.bel verifier ; belenios-tool election verify --dir verifier
   Un fichier .bel est lui-même un tar : des objets JSON nommés par leur SHA-256, et des événements JSON dont chacun nomme le
   précédent. Sans aucun programme, on peut donc suivre la chaîne à la main.
4. Les signatures (.heads.jsonl, .register.jsonl, .sealing.json) sont Ed25519 (RFC 8032), sur le texte JSON compact que
   décrivent logiciel/services/ballot/contract/signed_heads.py, logiciel/services/reassort/register/public_register.py et
   logiciel/services/identity/contract/event/sealings.py. Les clés sont dans .sealing.json et au procès-verbal du scellement.
5. Avec Isoloir, si Python 3.11 se trouve encore :
       cd logiciel
       python3 -c "from deploy.cli.main import main; main()" verify ../scrutins/UUID.bel

Les preuves de déchiffrement sont dans l'urne : les fragments de clé n'ont pas à être conservés (article R211-549).
"""
