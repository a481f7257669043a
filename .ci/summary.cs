#:property PublishAot=false
#:property RestorePackagesWithLockFile=false

// Reads all .trx files of a directory: prints the skipped tests by reason, the failed tests, the lines of the other arguments, and the
// sums as the last line.

using System.Xml.Linq;

XNamespace trx = "http://microsoft.com/schemas/VisualStudio/TeamTest/2010";
var results = Directory.EnumerateFiles(args[0], "*.trx", SearchOption.AllDirectories)
    .SelectMany(file => XDocument.Load(file).Descendants(trx + "UnitTestResult"))
    .ToLookup(result => (string?)result.Attribute("outcome") switch
    {
        "Passed" => "passed",
        "NotExecuted" or "Inconclusive" => "skipped",
        _ => "failed",
    });

foreach (var reason in results["skipped"].GroupBy(Reason).OrderBy(group => group.Key, StringComparer.Ordinal))
{
    Console.WriteLine($"skipped, {reason.Count()}: {reason.Key}");
    foreach (var name in reason.Select(Name).Order(StringComparer.Ordinal))
    {
        Console.WriteLine($"    {name}");
    }
}
foreach (var name in results["failed"].Select(Name).Order(StringComparer.Ordinal))
{
    Console.WriteLine($"failed: {name}");
}
foreach (var line in args[1..])
{
    Console.WriteLine(line);
}
Console.WriteLine($"{results["passed"].Count()} passed, {results["failed"].Count()} failed, {results["skipped"].Count()} skipped");
return results["failed"].Any() || !results["passed"].Any() ? 1 : 0;

static string Name(XElement result) => (string)result.Attribute("testName")!;

// xunit writes the reason as error message of the result, or as its output.
string Reason(XElement result) =>
    (result.Descendants(trx + "Message").FirstOrDefault() ?? result.Descendants(trx + "StdOut").FirstOrDefault())?.Value.Trim()
    ?? "no reason given";
