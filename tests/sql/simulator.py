"""Athena and CloudTrail Lake on the wire. Statements are parsed in Athena's dialect, translated by sqlglot and run on DuckDB.

Reads its settings as one line of JSON, prints its port, and serves until its input ends. GET /log tells what was asked,
GET /rows/QUERY what came of it.
"""

import datetime
import http.server
import json
import os
import re
import sys
import tempfile
import threading

import duckdb
import sqlglot
from sqlglot import exp

HIVE = {"string": "VARCHAR", "timestamp": "TIMESTAMP", "boolean": "BOOLEAN", "int": "INTEGER", "date": "DATE"}
STORE = "01234567-89ab-cdef-0123-456789abcdef"

LAKE_COLUMNS = [
    ["eventversion", "string"],
    ["useridentity", "struct<type:string,principalid:string,arn:string,accountid:string,accesskeyid:string,username:string,"
     "sessioncontext:struct<attributes:struct<creationdate:timestamp,mfaauthenticated:string>,"
     "sessionissuer:struct<type:string,principalid:string,arn:string,accountid:string,username:string>,"
     "webidfederationdata:struct<federatedprovider:string,attributes:map<string,string>>,sourceidentity:string,"
     "ec2roledelivery:string,ec2issuedinvpc:string>,onbehalfof:struct<userid:string,identitystorearn:string>,"
     "invokedby:string,identityprovider:string>"],
    ["eventtime", "timestamp"], ["eventsource", "string"], ["eventname", "string"], ["awsregion", "string"],
    ["sourceipaddress", "string"], ["useragent", "string"], ["errorcode", "string"], ["errormessage", "string"],
    ["requestparameters", "map<string,string>"], ["responseelements", "map<string,string>"],
    ["additionaleventdata", "map<string,string>"], ["requestid", "string"], ["eventid", "string"], ["readonly", "boolean"],
    ["resources", "array<struct<accountid:string,type:string,arn:string,arnprefix:string>>"], ["eventtype", "string"],
    ["apiversion", "string"], ["managementevent", "boolean"], ["recipientaccountid", "string"], ["sharedeventid", "string"],
    ["serviceeventdetails", "map<string,string>"], ["eventcategory", "string"], ["sessioncredentialfromconsole", "string"],
]


def typed(text):
    """The type that a word of Hive names: a name, or a list."""
    text = text.strip()
    head, _, inner = text.partition("<")
    if not inner:
        return head
    depth, parts, start = 0, [], 0
    inner = inner[:-1]
    for at, letter in enumerate(inner):
        depth += (letter == "<") - (letter == ">")
        if letter == "," and depth == 0:
            parts.append(inner[start:at])
            start = at + 1
    parts.append(inner[start:])
    if head == "struct":
        return [head, {name: typed(kind) for name, kind in (part.split(":", 1) for part in parts)}]
    return [head, [typed(part) for part in parts]]


def in_duckdb(kind):
    if isinstance(kind, str):
        return HIVE[kind]
    head, inner = kind
    if head == "struct":
        return "STRUCT(%s)" % ", ".join('"%s" %s' % (name, in_duckdb(of)) for name, of in inner.items())
    if head == "array":
        return in_duckdb(inner[0]) + "[]"
    return "MAP(%s, %s)" % tuple(in_duckdb(of) for of in inner)


def as_text(value):
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value, separators=(",", ":"), ensure_ascii=settings.get("ascii", False))


def folded(value, kind):
    """A value of a record as a column of this type holds it: what has no place there is lost."""
    if kind == "boolean":
        return {"true": True, "false": False}.get(str(value).lower())
    if isinstance(kind, str):
        return as_text(value)
    head, inner = kind
    if head == "array":
        return [folded(item, inner[0]) for item in value] if isinstance(value, list) else None
    if not isinstance(value, dict):
        return None
    if head == "map":
        return {name: as_text(of) for name, of in value.items()}
    lower = {name.lower(): of for name, of in value.items()}
    return {name: folded(lower.get(name), of) for name, of in inner.items()}


def records(path):
    files = [path] if os.path.isfile(path) else [os.path.join(top, f) for top, _, fs in os.walk(path) for f in sorted(fs)]
    for file in files:
        text = open(file, encoding="utf-8-sig").read()
        try:
            document = json.loads(text)
            found = document if isinstance(document, list) else document.get("Records", [document])
        except json.JSONDecodeError:
            found = [json.loads(line) for line in text.splitlines() if line.strip()]
        for record in found:
            record.setdefault("eventTime", record.get("@timestamp"))
            yield file, record


class Cloud:
    def __init__(self, settings):
        self.settings = settings
        self.lock = threading.Lock()
        self.log, self.queries = [], {}
        self.calls = 0
        self.is_made = not settings.get("missing")
        self.database = duckdb.connect()
        self.database.execute("SET threads = 1; SET TimeZone = 'UTC'")
        rows = list(records(settings["records"]))
        table = settings["table"]
        self.partitions = dict(table["partitions"])
        self.database.execute('CREATE SCHEMA "%s"' % settings["database"])
        self.load('"%s"."%s"' % (settings["database"], settings["name"]), table["columns"], self.partitions, rows)
        self.load('"%s"' % STORE, LAKE_COLUMNS, {}, rows)

    def load(self, name, columns, partitions, rows):
        kinds = {column: typed(kind) for column, kind in columns}
        types = {column: in_duckdb(kind) for column, kind in kinds.items()}
        types.update({partition: HIVE[kind] for partition, kind in partitions.items()})
        types.update({"$path": "VARCHAR", "$day": "VARCHAR"})
        written = self.settings["table"].get("written", {"timestamp": "%Y/%m/%d"})
        delay = datetime.timedelta(seconds=self.settings.get("delay", 0))
        with tempfile.NamedTemporaryFile("w", suffix=".json", encoding="utf-8") as out:
            for file, record in rows:
                lower = {member.lower(): value for member, value in record.items()}
                row = {column: folded(lower.get(column), kind) for column, kind in kinds.items()}
                row["$path"] = "s3://logs/" + os.path.basename(file)
                # A log lies where the day of its delivery is.
                delivered = datetime.datetime.fromisoformat(str(record["eventTime"])) + delay
                row["$day"] = delivered.strftime("%Y-%m-%d")
                as_kind = {"int": int}
                row.update({partition: as_kind.get(partitions[partition], str)(delivered.strftime(form))
                            for partition, form in written.items() if partition in partitions})
                row.update({"region": record.get("awsRegion"), "account": record.get("recipientAccountId")})
                out.write(json.dumps(row) + "\n")
            out.flush()
            asked = ", ".join("'%s': '%s'" % (column, kind) for column, kind in types.items())
            self.database.execute(
                "CREATE TABLE %s AS SELECT * FROM read_json('%s', format='newline_delimited', columns={%s})"
                % (name, out.name, asked)
            )

    def start(self, statement):
        """Runs a statement at once; how it ended is told later."""
        query = {"looks": 0, "error": None, "columns": [], "rows": [], "statement": statement}
        try:
            parsed = sqlglot.parse_one(re.sub("FROM %s" % STORE, 'FROM "%s"' % STORE, statement), read="athena")
            if isinstance(parsed, sqlglot.exp.Create):
                self.is_made = True
            elif isinstance(parsed, sqlglot.exp.Select):
                query["days"] = self.days(parsed)
                cursor = self.database.execute(parsed.sql(dialect="duckdb"))
                query["columns"] = [column[0] for column in cursor.description]
                query["rows"] = cursor.fetchall()
            else:
                raise ValueError("not a query: " + statement)
        except Exception as error:
            query["error"] = str(error)[:500]
        is_count = "count(*)" in statement
        query["scanned"] = self.settings.get("scans", [0, 0])[0 if is_count else 1]
        name = "query-%d" % len(self.queries)
        self.queries[name] = query
        self.log.append({"query": name, "statement": statement, "error": query["error"],
                         "days": query.get("days")})
        return name

    def days(self, parsed):
        """The days of the partitions that a statement reads: those that the conditions on partitions alone let through."""
        table, where = parsed.find(exp.Table), parsed.find(exp.Table).find_ancestor(exp.Select).args.get("where")
        if not table.db:
            return []
        tells = lambda part: {column.name for column in part.find_all(exp.Column)} <= set(self.partitions)
        parts = where.this.flatten() if where and isinstance(where.this, exp.And) else [where.this] if where else []
        kept = ["(%s)" % part.sql(dialect="duckdb") for part in parts if tells(part)]
        rows = self.database.execute('SELECT DISTINCT "$day" FROM %s WHERE %s'
                                     % (table.sql(dialect="duckdb"), " AND ".join(kept) or "TRUE")).fetchall()
        return sorted(day for day, in rows)

    def state(self, query):
        query["looks"] += 1
        if query["error"]:
            return "FAILED"
        return "RUNNING" if query["looks"] <= self.settings.get("looks", 0) else "SUCCEEDED"

    def page(self, query, token, most):
        start = int(token or 0)
        size = min(most, self.settings.get("page", 1000))
        end = start + size
        return query["rows"][start:end], str(end) if end < len(query["rows"]) else None

    def answer(self, action, asked):
        return getattr(self, action)(asked)

    # Athena

    def GetTableMetadata(self, asked):
        table = self.settings["table"]
        if not self.is_made or (asked["DatabaseName"], asked["TableName"]) != (self.settings["database"], self.settings["name"]):
            raise Refused("MetadataException", "EntityNotFoundException: Entity Not Found")
        pairs = lambda columns: [{"Name": name, "Type": kind} for name, kind in columns]
        return {"TableMetadata": {"Name": asked["TableName"], "Columns": pairs(table["columns"]),
                                  "PartitionKeys": pairs(table["partitions"]), "Parameters": table["parameters"]}}

    def StartQueryExecution(self, asked):
        if "ClientRequestToken" not in asked:
            raise Refused("InvalidRequestException", "no token")
        if not asked.get("ResultConfiguration") and not asked.get("WorkGroup"):
            raise Refused("InvalidRequestException", "No output location provided.")
        if len(asked["QueryString"].encode()) > 262144:
            raise Refused("InvalidRequestException", "the statement is too long")
        return {"QueryExecutionId": self.start(asked["QueryString"])}

    def GetQueryExecution(self, asked):
        query = self.queries[asked["QueryExecutionId"]]
        return {"QueryExecution": {"QueryExecutionId": asked["QueryExecutionId"],
                                   "Status": {"State": self.state(query), "StateChangeReason": query["error"] or ""},
                                   "Statistics": {"DataScannedInBytes": query["scanned"]}}}

    def GetQueryResults(self, asked):
        if "QueryId" in asked:
            return self.lake_results(asked)
        query = self.queries[asked["QueryExecutionId"]]
        cell = lambda value: {} if value is None else {"VarCharValue": written(value)}
        rows, token = self.page(query, asked.get("NextToken"), asked["MaxResults"])
        rows = [{"Data": [cell(value) for value in row]} for row in rows]
        if "NextToken" not in asked:
            rows.insert(0, {"Data": [cell(name) for name in query["columns"]]})
        columns = [{"Name": name, "Type": "varchar"} for name in query["columns"]]
        return {"ResultSet": {"Rows": rows, "ResultSetMetadata": {"ColumnInfo": columns}}, "NextToken": token}

    def StopQueryExecution(self, asked):
        self.log.append({"stopped": asked["QueryExecutionId"]})
        return {}

    # CloudTrail

    def StartQuery(self, asked):
        if len(asked["QueryStatement"]) > 10000:
            raise Refused("InvalidQueryStatementException", "the statement is too long")
        return {"QueryId": self.start(asked["QueryStatement"])}

    def DescribeQuery(self, asked):
        query = self.queries[asked["QueryId"]]
        state = {"SUCCEEDED": "FINISHED"}.get(self.state(query), self.state(query))
        return {"QueryId": asked["QueryId"], "QueryStatus": state, "ErrorMessage": query["error"],
                "QueryStatistics": {"BytesScanned": query["scanned"]}}

    def lake_results(self, asked):
        query = self.queries[asked["QueryId"]]
        rows, token = self.page(query, asked.get("NextToken"), asked["MaxQueryResults"])
        cells = lambda row: [{name: written(value)} for name, value in zip(query["columns"], row) if value is not None]
        return {"QueryStatus": "FINISHED", "QueryResultRows": [cells(row) for row in rows], "NextToken": token}

    def CancelQuery(self, asked):
        self.log.append({"stopped": asked["QueryId"]})
        return {"QueryId": asked["QueryId"], "QueryStatus": "CANCELLED"}

    def DescribeTrails(self, asked):
        return {"trailList": [{"Name": "t", "S3BucketName": "trail-bucket", "IsMultiRegionTrail": True,
                               "TrailARN": "arn:aws:cloudtrail:us-east-1:123456789012:trail/t"}]}


def written(value):
    return {True: "true", False: "false"}.get(value, str(value)) if isinstance(value, bool) else str(value)


class Refused(Exception):
    pass


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_GET(self):
        if self.path == "/log":
            return self.say(200, cloud.log)
        query = cloud.queries[self.path.rsplit("/", 1)[-1]]
        row = lambda cells: {name: written(value) for name, value in zip(query["columns"], cells) if value is not None}
        self.say(200, [row(cells) for cells in query["rows"]])

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        target = self.headers.get("x-amz-target")
        if not target:
            return self.say(404, {"message": "not simulated"})
        action = target.split(".")[-1]
        with cloud.lock:
            cloud.calls += 1
            number = cloud.calls
            faults = cloud.settings.get("faults", {})
            code = faults.get(str(number)) or faults.get(action)
            every = cloud.settings.get("throttle_every")
            if every and number % every == 0:
                code = "TooManyRequestsException" if target.startswith("AmazonAthena") else "ThrottlingException"
            if code:
                cloud.log.append({"refused": action, "code": code})
                return self.say(400, {"__type": code, "message": "refused"})
            try:
                answer = cloud.answer(action, json.loads(body))
            except Refused as refused:
                code, message = refused.args
                return self.say(400, {"__type": code, "message": message, "Message": message})
        self.say(200, {name: value for name, value in answer.items() if value is not None})

    def say(self, status, answer):
        body = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("content-type", "application/x-amz-json-1.1")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


settings = json.loads(sys.stdin.readline())
cloud = Cloud(settings)
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
threading.Thread(target=server.serve_forever, daemon=True).start()
print(server.server_port, flush=True)
sys.stdin.read()
# DuckDB complains about an ordinary end.
os._exit(0)
