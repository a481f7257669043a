using System.Collections.Immutable;
using System.ComponentModel;

namespace SecureConversation.Binding;

/// <summary>The versions of SOAP and WS-Addressing of an endpoint.</summary>
[TypeConverter(typeof(MessageVersionConverter))]
public sealed class MessageVersion
{
    private MessageVersion(string name, SoapVersion soap, AddressingVersion addressing)
    {
        Name = name;
        Soap = soap;
        Addressing = addressing;
    }

    /// <summary>SOAP 1.1 with WS-Addressing 1.0.</summary>
    public static MessageVersion Soap11WSAddressing10 { get; } =
        new(nameof(Soap11WSAddressing10), SoapVersion.Soap11, AddressingVersion.WSAddressing10);

    /// <summary>SOAP 1.2 with WS-Addressing 1.0.</summary>
    public static MessageVersion Soap12WSAddressing10 { get; } =
        new(nameof(Soap12WSAddressing10), SoapVersion.Soap12, AddressingVersion.WSAddressing10);

    /// <summary>SOAP 1.1 with WS-Addressing of August 2004.</summary>
    public static MessageVersion Soap11WSAddressingAugust2004 { get; } =
        new(nameof(Soap11WSAddressingAugust2004), SoapVersion.Soap11, AddressingVersion.WSAddressingAugust2004);

    /// <summary>SOAP 1.2 with WS-Addressing of August 2004.</summary>
    public static MessageVersion Soap12WSAddressingAugust2004 { get; } =
        new(nameof(Soap12WSAddressingAugust2004), SoapVersion.Soap12, AddressingVersion.WSAddressingAugust2004);

    /// <summary>SOAP 1.1 without addressing. Cannot be used with sessions.</summary>
    public static MessageVersion Soap11 { get; } = new(nameof(Soap11), SoapVersion.Soap11, AddressingVersion.None);

    /// <summary>SOAP 1.2 without addressing. Cannot be used with sessions.</summary>
    public static MessageVersion Soap12 { get; } = new(nameof(Soap12), SoapVersion.Soap12, AddressingVersion.None);

    /// <summary>The default, as in WCF: <see cref="Soap12WSAddressing10"/>.</summary>
    public static MessageVersion Default => Soap12WSAddressing10;

    /// <summary>All versions.</summary>
    public static ImmutableArray<MessageVersion> All { get; } =
        [Soap11WSAddressing10, Soap12WSAddressing10, Soap11WSAddressingAugust2004, Soap12WSAddressingAugust2004, Soap11, Soap12];

    /// <summary>The name of the static property.</summary>
    public string Name { get; }

    /// <summary>The version of SOAP.</summary>
    public SoapVersion Soap { get; }

    /// <summary>The version of WS-Addressing.</summary>
    public AddressingVersion Addressing { get; }

    /// <summary>The HTTP media type: <c>application/soap+xml</c> (RFC 3902) or <c>text/xml</c> (SOAP 1.1 section 6).</summary>
    public string MediaType => Soap == SoapVersion.Soap12 ? "application/soap+xml" : "text/xml";

    /// <summary>Whether an HTTP Content-Type has the media type of this SOAP version. Its parameters are ignored.</summary>
    public bool IsMediaTypeOf(string contentType)
    {
        ArgumentNullException.ThrowIfNull(contentType);
        var end = contentType.IndexOf(';', StringComparison.Ordinal);
        return (end < 0 ? contentType : contentType[..end]).AsSpan().Trim().Equals(MediaType, StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>Finds the version with these parts.</summary>
    /// <exception cref="ArgumentOutOfRangeException">No version has these parts.</exception>
    public static MessageVersion Create(SoapVersion soap, AddressingVersion addressing) =>
        All.FirstOrDefault(v => v.Soap == soap && v.Addressing == addressing)
        ?? throw new ArgumentOutOfRangeException(nameof(soap), "No such version of SOAP or WS-Addressing.");

    /// <inheritdoc/>
    public override string ToString() => Name;
}
