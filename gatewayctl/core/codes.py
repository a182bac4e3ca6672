"""The one table of diagnostic codes. A code is never reused and never changes its meaning.

E0xx files and syntax · E1xx schema and values · E2xx references · E3xx routing · E4xx environment and secrets ·
E5xx running (listeners, reload) · E6xx route tests · E7xx formats of other tools · E9xx not available in this version ·
W… the same families as warnings.
"""

from typing import Final

CODES: Final[dict[str, str]] = {
    # files and syntax
    "E001": "a file cannot be read",
    "E002": "a file is not UTF-8",
    "E003": "a file is not valid TOML",
    "E004": "a key or table is defined twice",
    "E005": "a file is too large",
    "E006": "tables or lists are nested too deeply",
    "E007": "a file includes itself",
    "E008": "a file is given or included twice",
    "E009": "an object is in two files",
    "E010": "includes are nested too deeply",
    "W001": "an include matches no file",
    "W002": "a file begins with a byte order mark",
    # command line
    "E021": "the command line cannot be understood",
    "E022": "an output cannot be written",
    "E023": "a file of environment variables cannot be read",
    "E024": "a file is there already and is not overwritten",
    "E025": "a file with a token cannot be read",
    "E026": "there is no such rule",
    "E027": "a file cannot be laid out anew without a risk to what it says",
    # schema and values
    "E101": "unknown key",
    "E102": "a value of another type",
    "E103": "a key is missing",
    "E104": "a word that is none of those known here",
    "E105": "out of range",
    "E106": "not a duration",
    "E107": "not a size",
    "E108": "not a name",
    "E109": "not a URL that fits here",
    "E110": "not an address to listen on",
    "E111": "not an address block",
    "E112": "not a header name, header value or token",
    "E113": "not a method that can be routed",
    "E114": "not a host",
    "E115": "not a status or a range of statuses",
    "E116": "several alternatives at once",
    "E117": "none of the alternatives",
    "E118": "the same thing twice",
    "E119": "two listeners on one address",
    "E120": "a value of another form",
    "E121": "an admin listener beyond loopback without a token",
    "E122": "settings that contradict each other",
    "E123": "a setting that needs another one",
    # references
    "E201": "a reference to something that is not there",
    "E202": "a scheme that contains itself",
    "E204": "a file that the configuration names is not there",
    "E211": "a certificate or a key that cannot be used",
    "W204": "a file that the configuration names is not there",
    "E205": "a file that the configuration names holds something else than it should",
    # environment and secrets
    "E401": "an environment variable is not set",
    "E402": "a file cannot be put in",
    "E403": "not a variable",
    "E404": "an environment variable that is no setting",
    "E405": "an environment variable is not UTF-8",
    "W401": "an environment variable is not set (checked with a placeholder)",
    "W402": "a file cannot be put in (checked with a placeholder)",
    # routing
    "E301": "a path pattern is not valid",
    "E302": "a path pattern that no canonical path can match",
    "E303": "a regular expression outside of the subset",
    "E304": "a host pattern is not valid",
    "E305": "a list of methods is not valid",
    "E306": "a header or query condition is not valid",
    "E307": "two routes of equal rank take the same request",
    "E308": "a template is not valid on this route",
    "E320": "a prefix to strip that the route's paths do not begin with",
    "E321": "a prefix to strip from a regular expression",
    "W320": "an edit of a header that the gateway writes itself",
    # running
    "E501": "an address is in use by another process",
    "E502": "the host of a listen address cannot be resolved",
    "E503": "no permission to listen on an address",
    "E504": "a listen address is not one of this host",
    "E505": "an address cannot be listened on",
    "E506": "worker processes that do not start",
    "E510": "a setting that cannot change while the gateway runs",
    # a running gateway, from the command line
    "E521": "nothing answers at the admin address",
    "E522": "the admin address does not answer in time, or breaks off",
    "E523": "the gateway refuses what is asked of it",
    "E524": "what answers is no gateway's admin address",
    "E525": "the configuration does not say where the admin address is",
    "E526": "a pid file is of no use",
    "E527": "a service's source of instances does not answer",
    # history and comparing
    "E531": "not in a Git repository",
    "E532": "there is no such revision",
    "E533": "a repository without commits",
    "E534": "there is no git command",
    "E535": "what a gateway runs cannot be compared",
    # route tests
    "E601": "not a request",
    "E602": "an expectation of what cannot be known offline",
    "E603": "no route tests are there",
    # access logs
    "E611": "no line of a log is understood",
    # from and to other tools
    "E701": "not a document that can be imported",
    "E702": "a reference to another document",
    "E703": "references that lead back to themselves",
    "E704": "an API without an address",
    "E705": "a package that this needs is not installed",
    "W701": "something that is not carried over",
    # capabilities
    "E901": "not available in this version",
}
