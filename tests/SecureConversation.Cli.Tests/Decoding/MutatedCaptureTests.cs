using System.Text;
using System.Text.RegularExpressions;
using SecureConversation.Cli.Captures;
using SecureConversation.Cli.Decoding;
using SecureConversation.Cli.Html;
using SecureConversation.Cli.Output;
using SecureConversation.Cli.Reports;
using SecureConversation.Testing.Vectors;
using Capture = SecureConversation.Cli.Captures.Capture;

namespace SecureConversation.Cli.Tests.Decoding;

/// <summary>Recorded messages with places changed end with a report, in every form.</summary>
public sealed class MutatedCaptureTests
{
    private const int Runs = 60;

    private static readonly string[] Names = ["symmetric/mutualcert", "session/sc-mutualcert-2007", "transport/sc-username-transport"];

    [Fact]
    public void Conversation_WithPlacesChanged_EndsWithAReport()
    {
        for (var seed = 0; seed < Runs; seed++)
        {
            var random = new Random(seed);
            var vector = VectorArchive.Get(Names[seed % Names.Length]);
            var messages = vector.Messages.Select(m => Mutated(m.ReadBytes(), random)).Select(b => new CapturedMessage { Source = "x", Body = b }).ToList();
            try
            {
                Report(vector, messages);
            }
            catch (Exception e)
            {
                Assert.Fail($"seed {seed}: {e}");
            }
        }
    }

    private static void Report(Vector vector, List<CapturedMessage> messages)
    {
        var report = ConversationReporter.Create([new Capture { Name = "x", Format = "x", Messages = messages }],
            new DecodingKeys { Certificates = [vector.ServiceCertificate, vector.ClientCertificate] }, null, TestContext.Current.CancellationToken);
        foreach (var redaction in new[] { null, Redaction.All, Redaction.Create(["//o:Username", "//s:Body//*"]) })
        {
            HtmlReport.Write(report, new StringWriter(), redaction);
            ConversationJson.Write(redaction?.Apply(report) ?? report, new StringWriter());
        }
    }

    private static byte[] Mutated(byte[] bytes, Random random)
    {
        if (random.Next(3) == 0)
        {
            return bytes;
        }

        var text = Encoding.UTF8.GetString(bytes);
        for (var i = random.Next(1, 4); i > 0 && text.Contains('>', StringComparison.Ordinal); i--)
        {
            text = Changed(text, random);
        }

        return Encoding.UTF8.GetBytes(text);
    }

    private static string Changed(string text, Random random)
    {
        var tags = Regex.Matches(text, "<[^>]+>");
        if (tags.Count == 0)
        {
            return "";
        }

        var tag = tags[random.Next(tags.Count)];
        return random.Next(12) switch
        {
            0 => text.Remove(tag.Index, tag.Length),
            1 => text.Insert(tag.Index, tag.Value.EndsWith("/>", StringComparison.Ordinal) ? tag.Value : ""),
            2 => Regex.Replace(text, "Id=\"[^\"]*\"", m => random.Next(4) == 0 ? "Id=\"same\"" : m.Value),
            3 => Regex.Replace(text, "URI=\"#[^\"]*\"", m => random.Next(4) == 0 ? "URI=\"#\"" : m.Value),
            4 => Regex.Replace(text, ">[A-Za-z0-9+/=]{16,}<", m => random.Next(3) == 0 ? "><" : m.Value),
            5 => Regex.Replace(text, ">[A-Za-z0-9+/=]{16,}<", m => random.Next(3) == 0 ? ">AAAA<" : m.Value),
            6 => Regex.Replace(text, "Algorithm=\"[^\"]*\"", m => random.Next(4) == 0 ? "Algorithm=\"http://www.w3.org/2001/04/xmlenc#tripledes-cbc\"" : m.Value),
            7 => Regex.Replace(text, "ValueType=\"[^\"]*\"", m => random.Next(3) == 0 ? "ValueType=\"\"" : m.Value),
            8 => text.Insert(tag.Index, "<!-- c --><?pi x?>"),
            9 => Regex.Replace(text, "xmlns:(\\w+)=\"[^\"]*\"", m => random.Next(6) == 0 ? $"xmlns:{m.Groups[1].Value}=\"urn:x\"" : m.Value),
            10 => Regex.Replace(text, ">[^<]{1,40}<", m => random.Next(5) == 0 ? ">2147483648<" : m.Value),
            _ => text[..random.Next(text.Length)],
        };
    }
}
