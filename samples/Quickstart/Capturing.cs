using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Quickstart;

/// <summary>Writes what was recorded on the wire as an HTTP archive, and the keys of this run, for <c>secureconversation decode</c>.</summary>
internal static class Capturing
{
    public static void Write(string directory, Wire wire, People people)
    {
        Directory.CreateDirectory(directory);
        var entries = new JsonArray();
        for (var i = 0; i + 1 < wire.Messages.Count; i += 2)
        {
            entries.Add((JsonNode)Entry(wire.Messages[i], wire.Messages[i + 1]));
        }

        var log = new JsonObject { ["version"] = "1.2", ["creator"] = new JsonObject { ["name"] = "quickstart", ["version"] = "1" }, ["entries"] = entries };
        Write(Path.Combine(directory, "quickstart.har"), JsonSerializer.SerializeToUtf8Bytes(new JsonObject { ["log"] = log }));
        Write(Path.Combine(directory, "service.pfx"), Keys(people.Service));
        Write(Path.Combine(directory, "client.pfx"), Keys(people.Client));
    }

    private static JsonObject Entry(Recorded request, Recorded reply) => new()
    {
        ["startedDateTime"] = request.At.ToString("O", CultureInfo.InvariantCulture),
        ["time"] = (reply.At - request.At).TotalMilliseconds,
        ["request"] = Message(request, "postData", new JsonObject { ["method"] = "POST", ["url"] = request.Address?.AbsoluteUri }),
        ["response"] = Message(reply, "content", new JsonObject { ["status"] = reply.Status, ["statusText"] = "" }),
        ["cache"] = new JsonObject(),
        ["timings"] = new JsonObject { ["send"] = 0, ["wait"] = (reply.At - request.At).TotalMilliseconds, ["receive"] = 0 },
    };

    private static JsonObject Message(Recorded message, string content, JsonObject start)
    {
        start["httpVersion"] = "HTTP/1.1";
        start["cookies"] = new JsonArray();
        start["headers"] = new JsonArray(new JsonObject { ["name"] = "Content-Type", ["value"] = message.ContentType });
        start["headersSize"] = -1;
        start["bodySize"] = message.Body.Length;
        start[content] = new JsonObject { ["mimeType"] = message.ContentType, ["size"] = message.Body.Length, ["text"] = Encoding.UTF8.GetString(message.Body) };
        return start;
    }

    private static byte[] Keys(Identity identity)
    {
        using var withKey = identity.ExportableCertificate();
        return withKey.Export(X509ContentType.Pkcs12);
    }

    // The keys are of this run only, and yet nobody else needs to read them.
    private static void Write(string path, byte[] content)
    {
        File.Delete(path);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using var file = new FileStream(path, options);
        file.Write(content);
    }
}
