using System.Text;
using SecureConversation.Cli.Captures;
using SecureConversation.Cli.Tests.Decoding;
using SecureConversation.Testing.Vectors;

namespace SecureConversation.Cli.Tests.Captures;

/// <summary>Bodies of MTOM and of WCF's binary encoding, in each kind of capture.</summary>
public sealed class EncodedBodyTests
{
    public static TheoryData<string> Names => [.. VectorArchive.Names.Where(name => name.StartsWith("encodings/", StringComparison.Ordinal))];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Directory_IsReadByEncoding(string name)
    {
        using var directory = new TemporaryDirectory();
        var vector = VectorArchive.Get(name);
        var path = directory.AddConversation(name);
        // Its text beside a body is not a message of its own.
        File.WriteAllBytes(Path.Combine(path, Path.GetFileNameWithoutExtension(vector.Messages[0].Record.File) + ".text.xml"), vector.Messages[0].ReadText()!);

        var capture = await CaptureReader.ReadAsync(path, TestContext.Current.CancellationToken);

        Assert.All(capture.Messages, message => Assert.Null(message.Problem));
        Assert.Equal(
            vector.Messages.OrderBy(m => m.Record.File, StringComparer.Ordinal).Select(m => Encoding.UTF8.GetString(m.ReadText()!)),
            capture.Messages.Select(m => Encoding.UTF8.GetString(m.Body.Span)));
        Assert.Equal(vector.Messages[0].ContentType, capture.Messages[0].ContentType);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task HttpMessageAndHar_AreReadByEncoding(string name)
    {
        var recorded = VectorArchive.Get(name).Messages[0];
        var body = recorded.ReadEntity();
        var type = recorded.Record.ContentType!;
        byte[] http = [.. Encoding.ASCII.GetBytes($"POST /echo HTTP/1.1\r\nHost: a\r\nContent-Type: {type}\r\nContent-Length: {body.Length}\r\n\r\n"), .. body];
        var har = """{"log":{"entries":[{"request":{"method":"POST","url":"http://a/","headers":[]},"response":{"status":200,"content":{"mimeType":"TYPE","text":"BODY","encoding":"base64"}}}]}}"""
            .Replace("TYPE", type.Replace("\"", "\\\"", StringComparison.Ordinal), StringComparison.Ordinal)
            .Replace("BODY", Convert.ToBase64String(body), StringComparison.Ordinal);
        foreach (var octets in new[] { http, Encoding.UTF8.GetBytes(har) })
        {
            var message = Assert.Single((await RecordedMessages.ReadAsync(octets)).Messages);
            Assert.Null(message.Problem);
            Assert.Equal(Encoding.UTF8.GetString(recorded.ReadText()!), Encoding.UTF8.GetString(message.Body.Span));
        }
    }

    /// <summary>As an encoder of WCF writes a file, with the headers of MIME before it, and as HTTP has it.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task File_NeedsNoContentType(bool hasHeaders)
    {
        var recorded = VectorArchive.Get("encodings/sc-mutualcert+mtom").Messages[0];
        var headers = hasHeaders ? $"MIME-Version: 1.0\r\nContent-Type: {recorded.Record.ContentType}\r\n\r\n" : "";
        var file = Encoding.ASCII.GetBytes(headers).Concat(hasHeaders ? recorded.ReadEntity().Skip(2) : recorded.ReadEntity()).ToArray();
        var message = Assert.Single((await RecordedMessages.ReadAsync(file)).Messages);
        Assert.Equal(Encoding.UTF8.GetString(recorded.ReadText()!), Encoding.UTF8.GetString(message.Body.Span));
    }

    [Fact]
    public async Task BrokenBody_IsListedWithItsReason()
    {
        var recorded = VectorArchive.Get("encodings/sc-mutualcert+mtom").Messages[0];
        var message = Assert.Single((await RecordedMessages.ReadAsync(recorded.ReadEntity()[..^100])).Messages);
        Assert.Contains("MalformedPackage", message.Problem, StringComparison.Ordinal);
        Assert.True(message.Body.IsEmpty);
    }
}
