#:property PublishAot=false
#:property RestorePackagesWithLockFile=false

// Reads all .trx files of a directory: prints the skipped tests by reason, by name where they are few, the failed tests with what they
// said, the lines of the other arguments, and the sums as the last line.

using System.Xml.Linq;

const int fewNames = 20;
const int linesOfFailure = 12;
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
    if (reason.Count() <= fewNames)
    {
        foreach (var name in reason.Select(Name).Order(StringComparer.Ordinal))
        {
            Console.WriteLine($"    {name}");
        }
    }
}
foreach (var result in results["failed"].OrderBy(Name, StringComparer.Ordinal))
{
    Console.WriteLine($"failed: {Name(result)}");
    var said = $"{result.Descendants(trx + "Message").FirstOrDefault()?.Value}\n{result.Descendants(trx + "StackTrace").FirstOrDefault()?.Value}";
    foreach (var line in said.Split('\n').Where(line => line.Trim().Length > 0).Take(linesOfFailure))
    {
        Console.WriteLine($"    {line.TrimEnd()}");
    }
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
