using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Xml;

namespace SecureConversation.Encodings;

/// <summary>
/// Walks over the records of the binary encoding ([MC-NBFX] section 2.2) and requires the limits of the envelope. The reader of the
/// platform makes objects of every attribute, declaration and open element before it hands out anything, and has no limit for them.
/// </summary>
internal ref struct BinaryRecords
{
    private const byte EndElement = 0x01, Comment = 0x02, Array = 0x03, LastAttribute = 0x3F, FirstElement = 0x40, LastElement = 0x77;
    private const int MostOfAnArray = 8, MostOfAList = 4096;
    private const byte FirstText = 0x80, StartList = 0xA4, EndList = 0xA6;

    // The numbers of octets of the texts of fixed size, by (type - 0x80) / 2; -1 where a length stands before, -2 for a number of the
    // dictionary, -3 for a qualified name.
    private static readonly sbyte[] Sizes =
    [
        0, 0, 0, 0, 1, 2, 4, 8, 4, 8, 16, 8, -1, -1, -1, -1, -1, -1, 0, 0, 0, -2, 16, 8, 16, 8, 1, -1, -1, -1, -3,
    ];

    private readonly ReadOnlySpan<byte> _octets;
    private readonly XmlLimits _limits;
    private readonly List<int> _declarations = [];
    private int _position;
    private int _declared;

    private BinaryRecords(ReadOnlySpan<byte> octets, XmlLimits limits)
    {
        _octets = octets;
        _limits = limits;
    }

    /// <summary>Throws where a limit is exceeded, or the octets are no records. One pass over the octets.</summary>
    public static void Require(ReadOnlySpan<byte> octets, XmlLimits limits) => new BinaryRecords(octets, limits).Require();

    private void Require()
    {
        while (_position < _octets.Length)
        {
            var type = Next();
            switch (type)
            {
                case EndElement:
                    Close();
                    break;
                case Comment:
                    SkipString();
                    break;
                case Array:
                    SkipArray();
                    break;
                case >= FirstElement and <= LastElement:
                    Open(type);
                    break;
                case >= FirstText:
                    if ((SkipValue(type) & 1) != 0)
                    {
                        Close();
                    }

                    break;
                default:
                    NotWellFormed();
                    break;
            }
        }

        // The error text of the platform would name all elements that are open.
        if (_declarations.Count > 0)
        {
            NotWellFormed();
        }
    }

    private void Open(byte type)
    {
        if (_declarations.Count == _limits.MaxDepth)
        {
            Fail.With(FailureCode.LimitExceeded, "depth of elements", expected: FailureText.AtMost(_limits.MaxDepth));
        }

        SkipName(type - FirstElement);
        var (attributes, declarations) = (0, 0);
        for (; _position < _octets.Length && _octets[_position] is > Array and <= LastAttribute; attributes++)
        {
            if (attributes == _limits.MaxAttributesPerElement)
            {
                Fail.With(FailureCode.LimitExceeded, "attributes of an element",
                    expected: FailureText.AtMost(_limits.MaxAttributesPerElement));
            }

            declarations += SkipAttribute(Next()) ? 1 : 0;
        }

        _declared += declarations;
        if (_declared > _limits.MaxNamespaceDeclarationsInScope)
        {
            Fail.With(FailureCode.LimitExceeded, "namespace declarations in scope",
                expected: FailureText.AtMost(_limits.MaxNamespaceDeclarationsInScope));
        }

        _declarations.Add(declarations);
    }

    private void Close()
    {
        if (_declarations.Count == 0)
        {
            NotWellFormed();
        }

        _declared -= _declarations[^1];
        _declarations.RemoveAt(_declarations.Count - 1);
    }

    /// <summary>Whether it is a declaration of a namespace.</summary>
    private bool SkipAttribute(byte type)
    {
        switch (type)
        {
            case 0x08:
                SkipString();
                return true;
            case 0x09:
                SkipString();
                SkipString();
                return true;
            case 0x0A:
                Number();
                return true;
            case 0x0B:
                SkipString();
                Number();
                return true;
        }

        // Four with the forms of names of elements, then those with a letter for the prefix.
        SkipName(type < 0x08 ? type - 0x04 : type - 0x0C + 4);
        SkipValue(Next());
        return false;
    }

    /// <summary>Skips the name in one of the forms of elements and attributes, which are in the same order.</summary>
    private void SkipName(int form)
    {
        const int WithoutLetter = 4, Letters = 26;
        switch (form)
        {
            case 0:
                SkipString();
                break;
            case 1:
                SkipString();
                SkipString();
                break;
            case 2:
                Number();
                break;
            case 3:
                SkipString();
                Number();
                break;
            default:
                if (form - WithoutLetter < Letters)
                {
                    Number();
                }
                else
                {
                    SkipString();
                }

                break;
        }
    }

    /// <summary>
    /// The value of an attribute, or content: a text, or a list of them. Returns its last record, which in content may end the element.
    /// </summary>
    private byte SkipValue(byte type)
    {
        if (type != StartList)
        {
            SkipText(type);
            return type;
        }

        // The reader of the platform makes an object of each, and no envelope of WCF has a list.
        for (var count = 0; count <= MostOfAList; count++)
        {
            var item = Next();
            if ((item & ~1) == EndList)
            {
                return item;
            }

            SkipText(item);
        }

        return Fail.With<byte>(FailureCode.LimitExceeded, "items of a list", expected: FailureText.AtMost(MostOfAList));
    }

    private void SkipText(byte type)
    {
        var index = (type - FirstText) / 2;
        if (type < FirstText || index >= Sizes.Length)
        {
            NotWellFormed();
        }

        switch (Sizes[index])
        {
            case -1:
                Skip(LengthOf((byte)(type & ~1)));
                break;
            case -2:
                Number();
                break;
            case -3:
                Skip(1);
                Number();
                break;
            case var size:
                Skip(size);
                break;
        }
    }

    // Three sizes of lengths for characters, octets and UTF-16.
    private long LengthOf(byte type) => ((type - 0x98) % 6, type >= 0xB6) switch
    {
        (_, true) => Little(1 << ((type - 0xB6) / 2)),
        (var form, _) => Little(1 << (form / 2)),
    };

    // Section 2.2.3.31: one element, a type, and as many values.
    private void SkipArray()
    {
        var type = Next();
        if (type is < FirstElement or > LastElement)
        {
            NotWellFormed();
        }

        Open(type);

        // Every item of an array has the declarations of its element anew, and each is compared with all of them.
        if (_declarations[^1] > MostOfAnArray || Next() != EndElement)
        {
            NotWellFormed();
        }

        var index = ((Next() & ~1) - FirstText) / 2;
        if (index < 0 || index >= Sizes.Length || Sizes[index] <= 0)
        {
            NotWellFormed();
        }

        Skip(Number() * (long)Sizes[index]);
        Close();
    }

    private void SkipString() => Skip(Number());

    private void Skip(long octets)
    {
        if (octets > _octets.Length - _position)
        {
            NotWellFormed();
        }

        _position += (int)octets;
    }

    /// <summary>A number of up to 31 bits, seven in each octet (section 2.1.2).</summary>
    private int Number()
    {
        long number = 0;
        for (var shift = 0; shift <= 28; shift += 7)
        {
            var octet = Next();
            number |= (long)(octet & 0x7F) << shift;
            if (octet < 0x80)
            {
                return number <= int.MaxValue ? (int)number : NotWellFormed();
            }
        }

        return NotWellFormed();
    }

    private long Little(int octets)
    {
        long number = 0;
        for (var i = 0; i < octets; i++)
        {
            number |= (long)Next() << (8 * i);
        }

        // A signed number of four octets.
        return number <= int.MaxValue ? number : NotWellFormed();
    }

    private byte Next() => _position < _octets.Length ? _octets[_position++] : (byte)NotWellFormed();

    private static int NotWellFormed() => Fail.With<int>(FailureCode.NotWellFormed, "binary XML");
}
