using System.Security.Cryptography;
using System.Text;
using SecureConversation.Testing.Vectors;

namespace SecureConversation.Tests.Vectors;

/// <summary>The vectors themselves: that all of them load, that their files are the recorded bytes, that the reader is strict.</summary>
public sealed class VectorSchemaTests
{
    // External vectors may lie in any directory.
    private static IEnumerable<Vector> Repository =>
        VectorArchive.LoadAll().Where(vector => !vector.Name.StartsWith("external:", StringComparison.Ordinal));

    [Fact]
    public void Index_NamesWhatTheArchivesHold()
    {
        var names = VectorArchive.ReadNames().Order(StringComparer.Ordinal).ToList();

        // One name more or less is easier to see in the differences than in two lists of hundreds.
        Assert.Empty(names.Except(VectorIndex.Names));
        Assert.Empty(VectorIndex.Names.Except(names));
        Assert.Equal(names, VectorIndex.Names);
    }

    [Fact]
    public void Repository_HoldsAllGroups()
    {
        var groups = Repository.GroupBy(vector => vector.File.Group).ToDictionary(group => group.Key, group => group.Count());

        Assert.Equal(28, groups.Count);
        Assert.Equal(456, groups.Values.Sum());
    }

    [Fact]
    public void Files_AreTheRecordedBytes()
    {
        Assert.All(VectorArchive.LoadAll().SelectMany(vector => vector.Messages), message =>
        {
            Assert.Equal(message.Record.Sha256, Sha256(message.ReadEntity()));
            Assert.Equal(message.Record.Plain is null, message.ReadPlain() is null);
            if (message.Record.Tampering is not null)
            {
                Assert.NotEqual(message.ReadBytes(), message.ReadBytesAsSent());
            }
        });
    }

    [Fact]
    public void Vectors_AreFiledUnderTheirNames()
    {
        Assert.All(Repository, vector => Assert.Equal($"{vector.File.Group}/{vector.File.Name}", vector.Name));
    }

    [Fact]
    public void Certificates_LoadWithTheirPrivateKeys()
    {
        Assert.All(VectorArchive.LoadAll(), vector =>
        {
            Assert.True(vector.ServiceCertificate.HasPrivateKey);
            Assert.True(vector.ClientCertificate.HasPrivateKey);
            Assert.NotEqual(vector.File.Certificates.Other is null, vector.OtherCertificate?.HasPrivateKey ?? false);
        });
    }

    [Theory]
    [InlineData("\"origin\":", "\"orogin\":", "orogin")]
    [InlineData("\"detectReplays\":", "\"detectReplay\":", "detectReplay")]
    [InlineData("\"coversCiphertext\":", "\"coversCleartext\":", "coversCleartext")]
    [InlineData("{\"certificate\": \"client\"}", "{\"certificat\": \"client\"}", "certificat")]
    [InlineData("\"expect\": \"verified\"", "\"expect\": \"veryfied\"", "veryfied")]
    [InlineData("\"expect\": \"verified\"", "\"expect\": {\"rejected\": \"badLuck\", \"by\": \"client\"}", "rejected")]
    [InlineData("\"expect\": \"verified\"", "\"expect\": {\"rejected\": \"stale\", \"by\": \"client\", \"because\": 1}", "because")]
    public void UnknownKeyOrWord_FailsTheLoadAndIsNamed(string known, string unknown, string named)
    {
        using var directory = new TemporaryVector("session/sc-mutualcert", json => ReplaceFirst(json, known, unknown));

        var failure = Assert.Throws<VectorFormatException>(() => Assert.Single(VectorArchive.External(directory.Path)).Content.Value);

        Assert.Contains("external:odd/one", failure.Message, StringComparison.Ordinal);
        Assert.Contains(named, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void DirectoryForm_LoadsLikeTheArchive()
    {
        using var directory = new TemporaryVector("session/sc-mutualcert", json => json);

        var vector = Assert.Single(VectorArchive.External(directory.Path)).Content.Value;

        var archived = VectorArchive.Get("session/sc-mutualcert");
        Assert.Equal("external:odd/one", vector.Name);
        Assert.Equal(archived.Messages[0].ReadBytes(), vector.Messages[0].ReadBytes());
        Assert.Equal(archived.ServiceCertificate.Thumbprint, vector.ServiceCertificate.Thumbprint);
    }

    [Fact]
    public void ExternalDirectoryThatDoesNotExist_Fails()
    {
        Assert.Throws<DirectoryNotFoundException>(() => VectorArchive.External(Path.Combine(Path.GetTempPath(), Guid.NewGuid().ToString())));
    }

    private static string Sha256(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    private static string ReplaceFirst(string text, string part, string replacement)
    {
        var at = text.IndexOf(part, StringComparison.Ordinal);
        Assert.True(at >= 0, $"{part} is not in the vector.");
        return string.Concat(text.AsSpan(0, at), replacement, text.AsSpan(at + part.Length));
    }

    /// <summary>A vector of the archive written out as a directory of its own.</summary>
    private sealed class TemporaryVector : IDisposable
    {
        public TemporaryVector(string name, Func<string, string> change)
        {
            var vector = VectorArchive.Get(name);
            Write(vector, "vector.json", Encoding.UTF8.GetBytes(change(Encoding.UTF8.GetString(vector.ReadFile("vector.json")))));
            foreach (var file in vector.Messages.Select(message => message.Record.File))
            {
                Write(vector, file);
            }
            foreach (var certificate in new[] { vector.File.Certificates.Service, vector.File.Certificates.Client })
            {
                Write(vector, certificate);
                Write(vector, System.IO.Path.ChangeExtension(certificate, ".key"));
            }
        }

        public string Path { get; } = Directory.CreateTempSubdirectory("vectors-").FullName;

        public void Dispose() => Directory.Delete(Path, recursive: true);

        private void Write(Vector vector, string file, byte[]? content = null)
        {
            var target = System.IO.Path.GetFullPath(System.IO.Path.Combine(Path, "odd", "one", file));
            Directory.CreateDirectory(System.IO.Path.GetDirectoryName(target)!);
            File.WriteAllBytes(target, content ?? vector.ReadFile(file));
        }
    }
}
