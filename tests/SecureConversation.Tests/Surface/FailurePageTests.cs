using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Names;
using SecureConversation.Engine.Telemetry;
using SecureConversation.Tests.Architecture;

namespace SecureConversation.Tests.Surface;

/// <summary>
/// docs/failures.md says what the code says: it is made from <see cref="FailureCode"/> and its comments, <see cref="FailureGuide"/>,
/// <see cref="FaultMap"/> and <see cref="RefusalEvent"/>.
/// </summary>
public sealed partial class FailurePageTests
{
    private const string Rewrite = "SECURECONVERSATION_WRITE_DOCS";

    private static readonly FailureCode[] Codes = [.. Enum.GetValues<FailureCode>().Where(c => c != FailureCode.None).Order()];

    private static readonly XDocument Comments = XDocument.Load(Path.ChangeExtension(typeof(FailureCode).Assembly.Location, ".xml"));

    [Fact]
    public void Page_SaysWhatTheCodeSays()
    {
        var path = Path.Combine(Sources.Root, "docs", "failures.md");
        var page = Page();
        if (Environment.GetEnvironmentVariable(Rewrite) == "1")
        {
            File.WriteAllText(path, page);
        }

        Assert.True(File.Exists(path) && File.ReadAllText(path) == page,
            $"docs/failures.md is not what the code says. Run this test with the environment variable {Rewrite}=1 and commit what it writes.");
    }

    [Fact]
    public void Code_IsRaisedSomewhere()
    {
        var source = Sources.Files("src")
            .Where(f => Path.GetFileName(f) != "FailureCode.cs" && !f.Contains($"Engine{Path.DirectorySeparatorChar}Failures", StringComparison.Ordinal))
            .Select(File.ReadAllText).ToArray();
        Assert.DoesNotContain(Codes, code => !source.Any(text => Uses(code).Matches(text).Any(use => !Judges().IsMatch(text[..use.Index]))));
    }

    [Fact]
    public void Clause_CauseAndRemedy_AreSentences() => Assert.All(Codes, code =>
    {
        var advice = FailureGuide.Of(code);
        Assert.NotEmpty(advice.Clause);
        Assert.EndsWith(".", advice.Cause, StringComparison.Ordinal);
        Assert.EndsWith(".", advice.Remedy, StringComparison.Ordinal);
    });

    private static string Page()
    {
        var page = new StringBuilder("""
            # Failures

            Each rule that a message can break has a code. Logs, `SecureConversationException.Code`, `ServiceResult.Respond.Code` and
            `ConversationDecoder` name it. The other side never sees it: a service answers with one of a few faults, so that nobody can
            find out by trying which rule a forged message broke (WS-Security 1.1 section 12).

            This page is made from the code by a test and is not edited by hand.

            - *Found by* says which side looks for it. *The other side sees* is what a service answers over HTTP.
            - *A client throws* is the `Failure` of its `SecureConversationException`.
            - *The log says* is what the operator of the side that found it reads first. In parentheses stands the element or rule where more
              is known, never content. What was found and expected follows, then what is known of the message: its action, id and session,
              the address that it came from, and the client; and the address of this page. The category is `SecureConversation.Service` or `SecureConversation.Client`. What a client finds
              before it sends anything is in its exception alone.
            - `wsse` is WS-Security 1.0, `wsc` WS-SecureConversation and `wsa` WS-Addressing in the versions of the binding, `wst` WS-Trust and
              `wsc2005` WS-SecureConversation of February 2005, `net` `http://schemas.microsoft.com/ws/2006/05/security`. Fault codes are in the spelling of SOAP 1.2.


            """);
        page.Append("| code | name | meaning |\n|---|---|---|\n");
        foreach (var code in Codes)
        {
            page.Append(CultureInfo.InvariantCulture, $"| {(int)code} | [{code}](#{(int)code}-{code.ToString().ToLowerInvariant()}) | {Meaning(code)} |\n");
        }

        foreach (var code in Codes)
        {
            Append(page, code);
        }

        return page.ToString().ReplaceLineEndings("\n");
    }

    private static void Append(StringBuilder page, FailureCode code)
    {
        var advice = FailureGuide.Of(code);
        page.Append(CultureInfo.InvariantCulture, $"""

            ## {(int)code} {code}

            {Meaning(code)}

            | | |
            |---|---|
            | clause | {advice.Clause} |
            | found by | {FoundBy(advice.Side)} |
            | the other side sees | {Answer(code, advice)} |
            | a client throws | {Thrown(code, advice)} |
            | the log says | {Log(code, advice.Log)} |
            | cause | {advice.Cause} |
            | remedy | {advice.Remedy} |

            """);
    }

    private static string Meaning(FailureCode code) => Comments.Descendants("member")
        .Single(m => m.Attribute("name")!.Value == $"F:{typeof(FailureCode).FullName}.{code}").Element("summary")!.Value.Trim();

    private static string FoundBy(FailureSide side) => side switch
    {
        FailureSide.Service => "the service",
        FailureSide.Client => "the client",
        _ => "either side",
    };

    private static string Answer(FailureCode code, FailureAdvice advice)
    {
        if (advice.Side == FailureSide.Client)
        {
            return "nothing: the client keeps it to itself";
        }

        var (single, session) = (Fault(code, establishesSessions: false), Fault(code, establishesSessions: true));
        var fault = single == session ? session : $"{session}; without sessions {single}";
        return advice.Answer
            ?? (FaultMap.IsBadRequest(code) ? $"HTTP 400 without a body where the envelope cannot be read, else {fault}" : fault);
    }

    private static string Fault(FailureCode code, bool establishesSessions)
    {
        var fault = FaultMap.Of(code, ProtocolVersion.V13, establishesSessions);
        var name = fault.Subcode is null ? fault.Code : $"{fault.Code}, {Prefix(fault.SubcodeNamespace!)}:{fault.Subcode}";
        return $"HTTP 500 with the fault `{name}`, {(fault.IsSecured ? "under the protection of the request, where that was verified" : "without security")}: \"{fault.Reason}\"";
    }

    /// <summary>What a client throws when it finds the failure itself, and when the service found it in the client's request.</summary>
    private static string Thrown(FailureCode code, FailureAdvice advice)
    {
        if (code == FailureCode.PeerFault)
        {
            return $"`{FaultMap.Coarse(code)}`, or what the code of the fault says";
        }

        var own = $"`{FaultMap.Coarse(code)}`";
        var answered = advice.Answer is not null ? "the error of its transport" : string.Join(" or ", new[] { true, false }.Select(s => $"`{OfFault(code, s)}`").Distinct())
            + (FaultMap.IsBadRequest(code) ? " or the error of its transport" : "");
        return advice.Side switch
        {
            FailureSide.Client => own,
            FailureSide.Service => answered,
            _ when answered == own => own,
            _ => $"{own} where it finds it itself, {answered} where the service finds it in its request",
        };
    }

    private static SecureConversationFailure OfFault(FailureCode code, bool establishesSessions)
    {
        var fault = FaultMap.Of(code, ProtocolVersion.V13, establishesSessions);
        return new SecureConversationException(new SoapFault { Code = fault.Code, Subcode = $"{{{fault.SubcodeNamespace}}}{fault.Subcode}", Reason = fault.Reason, IsSecured = fault.IsSecured }).Failure;
    }

    private static string Prefix(string ns) => ns switch
    {
        Ns.Wsse => "wsse",
        Ns.Sc13 => "wsc",
        Ns.ScFebruary2005 => "wsc2005",
        Ns.TrustFebruary2005 => "wst",
        Ns.DotNetSecurity => "net",
        Ns.Wsa10 => "wsa",
        _ => throw new ArgumentOutOfRangeException(nameof(ns), ns, "The page explains no prefix for it."),
    };

    private static string Log(FailureCode code, FailureLog log) => log switch
    {
        FailureLog.Refused when code is FailureCode.ReplayCacheFull or FailureCode.ServiceTooBusy => Event(RefusalEvent.LimitReached, code),
        FailureLog.Refused => Event(RefusalEvent.Refused, code),
        FailureLog.Defect => Event(RefusalEvent.Defect, code) + ", with the exception",
        FailureLog.Thrown => Event(RefusalEvent.ValidatorFailed, code) + ", with the exception",
        FailureLog.Store => Event(RefusalEvent.Refused, code) + " where the store has said it itself, else "
            + Event(RefusalEvent.StoreFailed, code) + ", with the exception",
        FailureLog.Host => "what the host logs of the HTTP status",
        _ => "nothing: the exception says it",
    };

    private static string Event(RefusalEvent entry, FailureCode code) =>
        $"event {entry.Id}, {entry.Level}: \"{entry.Template.Replace("{Code}", $"{code}", StringComparison.Ordinal).Replace("{Detail}", "...", StringComparison.Ordinal).Replace("{Setting}", "...", StringComparison.Ordinal)}\"";

    private static Regex Uses(FailureCode code) => new($@"FailureCode\.{code}\b(?!\s*=>)");

    /// <summary>The text before a use that only asks which code it is.</summary>
    [GeneratedRegex(@"(==|\bis|\bor|Code:|cref="")\s*$")]
    private static partial Regex Judges();
}
