using System.Globalization;
using System.Xml.Linq;

namespace SecureConversation.Configuration.Tests.ServiceModel;

/// <summary>Broken files: whatever somebody edits, the answer is a configuration or the exception of this library.</summary>
public sealed class EditTests
{
    private static readonly string[] Junk =
        ["", "x", "-1", "99999999999999999999", "0x", "#", "Infinite", "true", "Default", "\u0001", "http://[", "\0", "..", "=;,", "NaN"];

    private static readonly string[] Files = [.. Enumerable.Range(1, 25).Select(number => Resource($"c{number:00}"))];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Characters_ThatAreEdited_GiveNoOtherException(int seed)
    {
        var random = new Random(seed);
        for (var i = 0; i < 500; i++)
        {
            var text = Files[random.Next(Files.Length)];
            for (var edits = random.Next(1, 4); edits > 0; edits--)
            {
                var from = random.Next(text.Length);
                var count = Math.Min(random.Next(20), text.Length - from);
                text = random.Next(3) switch
                {
                    0 => text.Remove(from, count),
                    1 => text.Insert(from, text.Substring(from, count)),
                    _ => string.Concat(text.AsSpan(0, from), $"{(char)random.Next(1, 300)}", text.AsSpan(from + count)),
                };
            }

            Use(text, $"{seed}/{i}");
        }
    }

    [Theory]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(8)]
    public void Elements_ThatAreEdited_GiveNoOtherException(int seed)
    {
        var random = new Random(seed);
        var understood = 0;
        for (var i = 0; i < 500; i++)
        {
            var document = XDocument.Parse(Files[random.Next(Files.Length)]);
            var other = XDocument.Parse(Files[random.Next(Files.Length)]);
            for (var edits = random.Next(1, 4); edits > 0; edits--)
            {
                Edit(random, document, other);
            }

            understood += Use(document.ToString(), $"{seed}/{i}") ? 1 : 0;
        }

        // Most edits break something inside of a file, which is still read.
        Assert.InRange(understood, 200, 500);
    }

    private static void Edit(Random random, XDocument document, XDocument other)
    {
        var elements = document.Root!.Descendants().ToList();
        if (elements.Count == 0)
        {
            return;
        }

        var element = elements[random.Next(elements.Count)];
        var attributes = element.Attributes().ToList();
        switch (random.Next(5))
        {
            case 0 when attributes.Count > 0:
                attributes[random.Next(attributes.Count)].Value = Printable(Junk[random.Next(Junk.Length)]);
                break;
            case 1 when attributes.Count > 0:
                attributes[random.Next(attributes.Count)].Remove();
                break;
            case 2:
                element.Remove();
                break;
            case 3:
                element.AddAfterSelf(new XElement(element));
                break;
            default:
                var donors = other.Root!.Descendants().ToList();
                element.Add(new XElement(donors[random.Next(donors.Count)]));
                break;
        }
    }

    private static string Printable(string text) => string.Concat(text.Where(c => c >= ' '));

    // Reads and uses everything. Whether the file was read at all.
    private static bool Use(string text, string seed)
    {
        ServiceModelConfiguration? configuration = null;
        Try(() => configuration = Configurations.Whole(text), seed);
        foreach (var binding in configuration?.Bindings ?? [])
        {
            Try(() => binding.CreateMessageSecurityBinding(), seed);
        }

        foreach (var endpoint in configuration?.ClientEndpoints ?? [])
        {
            Try(() => endpoint.ToClientCredentials(), seed);
            Try(() => endpoint.Binding?.CreateMessageSecurityBinding(), seed);
        }

        return configuration is not null;
    }

    private static void Try(Action action, string seed)
    {
        try
        {
            action();
        }
        catch (ServiceModelConfigurationException e)
        {
            Assert.NotEmpty(e.Problems);
        }
        catch (Exception e)
        {
            Assert.Fail(string.Create(CultureInfo.InvariantCulture, $"Seed {seed}: {e}"));
        }
    }

    private static string Resource(string name)
    {
        using var reader = new StreamReader(typeof(EditTests).Assembly.GetManifestResourceStream($"Cases/{name}.config")!);
        return reader.ReadToEnd();
    }
}
