"""Writes the example files beside it. Everyone in them is invented."""
import pathlib

HERE = pathlib.Path(__file__).parent
ALUMNI = """Alumni-Liste;;;;;;;
Vorname;Nachname;E-Mail (geschäftlich);Firma;Funktion;Abschlussjahr;Seit;Schlagwörter
Änne;Größer;aenne@werk.example;Werk AG;Ingenieurin;2009;03.11.2019;Energie, Alumni
Özgür;Yilmaz;;Solar GmbH;Projektleiter;2011;25.04.2021;Energie
Zoë;van 't Hof;zoe@hof.example;;;;;
"""
PLAIN = "name\temail\tcompany\tlinkedin\nAda Lovelace\tada@engines.example\tAnalytical Engines Ltd\tlinkedin.com/in/ada-lovelace\nHopper, Grace\tgrace@navy.example\tNavy\t\n"
OWN = 'wer|wo|nummer\nMiriam Adler|"Adler | Partner"|+43 1 234567\nBen Carter|Carter Ltd|\n'
(HERE / "alumni.csv").write_bytes(ALUMNI.replace("\n", "\r\n").encode("iso8859-15", "replace"))
(HERE / "plain.tsv").write_bytes(PLAIN.encode())
(HERE / "own-headings.csv").write_bytes(OWN.encode())
