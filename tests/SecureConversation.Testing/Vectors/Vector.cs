using System.Collections.Concurrent;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;

namespace SecureConversation.Testing.Vectors;

/// <summary>One recorded conversation with access to its files.</summary>
public sealed class Vector
{
    // Certificates are shared by all tests: a test must not dispose them.
    private readonly ConcurrentDictionary<string, X509Certificate2> certificates = new(StringComparer.Ordinal);
    private readonly VectorSource source;
    private readonly string directory;

    private Vector(VectorSource source, string directory, VectorFile file)
    {
        this.source = source;
        this.directory = directory;
        File = file;
        Messages = [.. file.Messages.Select(record => new VectorMessage(this, record))];
    }

    /// <summary>Unique and stable: <c>group/name</c>, or <c>external:path</c>.</summary>
    public string Name => source.Describe(directory);

    public VectorFile File { get; }

    /// <summary>In the order of delivery.</summary>
    public IReadOnlyList<VectorMessage> Messages { get; }

    /// <summary>The settings that the client runs with.</summary>
    public VectorBinding ClientBinding => File.ClientBinding ?? File.Binding;

    /// <summary>With its private key, as all three.</summary>
    public X509Certificate2 ServiceCertificate => Certificate(File.Certificates.Service);

    public X509Certificate2 ClientCertificate => Certificate(File.Certificates.Client);

    public X509Certificate2? OtherCertificate => File.Certificates.Other is { } path ? Certificate(path) : null;

    public byte[] ReadFile(string path) => source.Read(directory, path);

    public override string ToString() => Name;

    internal static Vector Load(VectorSource source, string directory)
    {
        try
        {
            var json = source.Read(directory, "vector.json");
            return new Vector(source, directory, JsonSerializer.Deserialize(json, VectorJson.Default.VectorFile)!);
        }
        catch (JsonException failure)
        {
            throw new VectorFormatException($"{source.Describe(directory)}: vector.json, {failure.Path}: {failure.Message}", failure);
        }
    }

    private X509Certificate2 Certificate(string path) => certificates.GetOrAdd(path, static (path, vector) =>
    {
        var pem = Encoding.ASCII.GetString(vector.ReadFile(path));
        var key = Encoding.ASCII.GetString(vector.ReadFile(Path.ChangeExtension(path, ".key")));
        return X509Certificate2.CreateFromPem(pem, key);
    }, this);
}
