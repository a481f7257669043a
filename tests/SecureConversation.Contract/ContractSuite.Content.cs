using System.Text;

namespace SecureConversation.Contract;

/// <summary>Text reaches the other side as it was, in both directions.</summary>
public abstract partial class ContractSuite<TService, TClient>
{
    // What XML and those who write it treat in a way of its own: ends of lines, markup, ends of sections, references, spaces at the ends.
    private static readonly string[] Pieces =
    [
        "\r", "\n", "\t", "\r\n", "\n\r", " ", "]]>", "<![CDATA[", "<", ">", "&", "&#xD;", "\"", "'", "<!--", "-->", "--", "<?x ?>", "\u0085",
        "\u2028", "\u007f", "\u00a0", "\ufeff", "\ufffd", "\ud7ff", "\ue000", "\U00010000", "\U0001f600", "\U0010ffff", "e\u0301", "a",
    ];

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Text_OfAnyPieces_ComesBackAsItWas(bool inSession)
    {
        await using var service = await StartAsync(new() { InSession = inSession });
        await using var client = Connect(service, new() { InSession = inSession });
        var random = new Random(7);

        foreach (var piece in Pieces)
        {
            Assert.Equal(piece, await client.EchoAsync(piece));
        }

        // Longer than the buffers of readers and writers, so that pairs of surrogates and ends of lines stand across their ends.
        foreach (var length in new[] { 2, 3, 5, 8, 40, 300, 2000, 9000 })
        {
            var text = string.Concat(Enumerable.Range(0, length).Select(_ => Pieces[random.Next(Pieces.Length)]));
            Assert.Equal(text, await client.EchoAsync(text));
            Assert.Equal(text, await client.SignedAsync(text));
        }
    }

    /// <summary>XML 1.0 section 2.2: tab, both ends of lines, and all of Unicode but surrogates, other controls, U+FFFE and U+FFFF.</summary>
    [Fact]
    public async Task EachCharacterThatXmlAllows_ComesBackAsItWas()
    {
        await using var service = await StartAsync();
        await using var client = Connect(service);
        var all = Enumerable.Range(0x20, 0x10FFFF - 0x20 + 1).Where(code => code is < 0xD800 or > 0xDFFF and not (0xFFFE or 0xFFFF))
            .Prepend(0xD).Prepend(0xA).Prepend(0x9);

        foreach (var block in all.Chunk(1 << 17))
        {
            var text = new StringBuilder(2 * block.Length);
            foreach (var code in block)
            {
                text.Append(char.ConvertFromUtf32(code));
            }

            // No difference of a million characters is shown.
            Assert.True(text.Equals(await client.EchoAsync(text.ToString())), $"U+{block[0]:X} to U+{block[^1]:X}");
        }
    }
}
